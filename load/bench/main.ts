import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { buildRevision, type Revision } from '@berth/test/revision';
import { compileLightLoader } from '../light/light-loader.ts';
import { compare } from './against/compare.ts';
import { renderComparison } from './against/table.ts';
import { compareField } from './field/compare-field.ts';
import { compareParts } from './field/parts.ts';
import { measureFiles } from './files/measure-files.ts';
import { actNames, type BenchOptions, parseBenchOptions } from './options.ts';
import { measureProduct } from './product.ts';
import { describeLoad, describeMachine, today, writePlot, writeSection } from './report.ts';
import { measureTargets } from './targets/measure-targets.ts';

/**
 * `npm run bench`: starts the real platform and its peers, measures each pattern on all of them in turn, and writes the
 * medians and ratios into docs/benchmarks.md; `-- --against REVISION`: the present build beside an older one; `-- --peers`:
 * beside the field; `-- --targets`: what targets are measured by one by one; `-- --acts`: what people do with
 * messages, beside plain sends and plain pages.
 */
const root = join(import.meta.dirname, '../..');
const say = (line: string) => console.log(line);
const warmSeconds = 2;
/** What a revision must have for its platform to be started and filled. */
const doors = ['test/harness/platform.ts', 'load/bench/berth-targets.ts', 'load/bench/durable-writes.ts'];

function describePresent(): Revision {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', 'apps', 'packages') !== '';
  const name = git('rev-parse', '--short=7', 'HEAD');
  return { name: isChanged ? `${name} with changes` : name, folder: root };
}

/** Prints, and keeps, what was measured with what it was measured on. */
function conclude(section: string, load: string, measured: string, rounds: number): void {
  const text = `Measured on ${today()} on ${describeMachine()}; medians of ${rounds} rounds; ${load}.\n\n${measured}`;
  console.log(`\n${text}`);
  writeSection(section, text);
}

function abortWhenInterrupted(): AbortSignal {
  const aborting = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => aborting.abort());
  return aborting.signal;
}

async function runPeers({ rounds, seconds }: BenchOptions): Promise<void> {
  compileLightLoader();
  const load = describeLoad();
  const signal = abortWhenInterrupted();
  const present = describePresent();
  const { text, plots } = await compareField({ present, rounds, seconds, warmSeconds, say, signal });
  const parts = await compareParts({ rounds, seconds, say, signal });
  for (const [file, plot] of Object.entries(plots)) writePlot(file, plot);
  conclude('peers', load, `${text}\n\n${parts}`, rounds);
}

async function runTargets({ rounds, only }: BenchOptions): Promise<void> {
  compileLightLoader();
  const load = describeLoad();
  const text = await measureTargets({ only, rounds, say, signal: abortWhenInterrupted() });
  if (only) console.log(text);
  else conclude('targets', load, text, rounds);
}

async function runFiles({ rounds }: BenchOptions): Promise<void> {
  const load = describeLoad();
  conclude('files', load, await measureFiles({ rounds, say }), rounds);
}

/** Drives by what needs no compiler. */
async function runActs({ rounds }: BenchOptions): Promise<void> {
  const load = describeLoad();
  const text = await measureTargets({ only: actNames, rounds, say, signal: abortWhenInterrupted() });
  conclude('acts', load, text, rounds);
}

async function runAgainst({ revision: wanted, rounds, seconds }: BenchOptions): Promise<void> {
  // What is missing is told before anything is built.
  compileLightLoader();
  const signal = abortWhenInterrupted();
  const revision = await buildRevision(root, wanted!, { say, doors, signal });
  const load = describeLoad();
  const comparison = await compare({
    ...{ revision, present: describePresent(), rounds, say, signal },
    ...{ duration: { warmSeconds, seconds }, storedMs: seconds * 1_000 },
  });
  const { failure, rounds: whole } = comparison;
  if (!failure) return conclude('against', load, renderComparison(comparison), rounds);
  if (whole.length > 0) console.log(renderComparison(comparison));
  throw new Error(`${failure.message} (${whole.length} of ${rounds} rounds measured; nothing is written)`);
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  const load = describeLoad();
  if (options.mode === 'against') await runAgainst(options);
  else if (options.mode === 'peers') await runPeers(options);
  else if (options.mode === 'files') await runFiles(options);
  else if (options.mode === 'targets') await runTargets(options);
  else if (options.mode === 'acts') await runActs(options);
  else conclude('measured', load, await measureProduct(options), options.rounds);
} catch (error) {
  // Interrupted while something was built.
  const { name, message } = error as Error;
  console.error(`bench: ${name === 'AbortError' ? 'interrupted' : message}`);
  process.exitCode = 1;
}
