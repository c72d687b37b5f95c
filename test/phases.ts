import process from 'node:process';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { FailedTests } from './failed-tests.ts';

interface Phase {
  name: string;
  files: string[];
  concurrency: number;
  /** A test file that takes longer is stopped and has failed. Default 20 minutes. */
  fileTimeoutMs?: number;
}

/** Loaded before each test file. */
const fileEnd = import.meta.resolve('./file-end.ts');

/** The runner's closing figures, in its own order. */
const figures = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'];

/**
 * Runs the phases one after the other under one reporter, with one set of closing lines for all of them; how long each took
 * and what has failed stand before these. Answers whether anything failed.
 */
export async function runPhases(phases: Phase[]): Promise<boolean> {
  const reporter = new spec();
  reporter.pipe(process.stdout);
  const totals = new Map(figures.map((figure) => [figure, 0]));
  const failed = new FailedTests();
  const took: string[] = [];
  const report = async (event: TestEvent) => {
    if (!reporter.write(event)) await new Promise((resolve) => reporter.once('drain', resolve));
  };
  for (const { name, files, concurrency, fileTimeoutMs = 20 * 60_000 } of phases) {
    if (files.length === 0) continue;
    const begun = performance.now();
    for await (const event of run({
      files,
      concurrency,
      timeout: fileTimeoutMs,
      execArgv: ['--import', fileEnd],
    })) {
      if (event.type === 'test:diagnostic' && addFigure(totals, event.data.message)) continue;
      failed.note(event);
      await report(event);
    }
    took.push(`${name} took ${Math.round((performance.now() - begun) / 1_000)} s`);
  }
  await report({ type: 'test:stdout', data: { file: '', message: `\n${took.join(', ')}\n${failed}` } });
  for (const [figure, total] of totals)
    await report({
      type: 'test:diagnostic',
      data: { nesting: 0, message: `${figure} ${total}`, level: 'info' },
    });
  reporter.end();
  await finished(reporter, { readable: true });
  return totals.get('fail')! + totals.get('cancelled')! > 0 || totals.get('tests') === 0;
}

/** Adds a closing line of one phase to the totals; false when the message is not one. */
function addFigure(totals: Map<string, number>, message: string): boolean {
  const match = /^(\w+) (\d+(?:\.\d+)?)$/.exec(message);
  const total = match && totals.get(match[1]!);
  if (!match || typeof total !== 'number') return false;
  totals.set(match[1]!, total + Number(match[2]));
  return true;
}
