import { join } from 'node:path';
import process from 'node:process';
import { buildRevision } from '@berth/test/revision';
import { compileLightLoader } from '../light/light-loader.ts';
import { compare } from './against/compare.ts';
import { comparisonOutcomes, renderComparison } from './against/table.ts';
import { compareField } from './field/compare-field.ts';
import { compareParts } from './field/parts.ts';
import { measureFiles } from './files/measure-files.ts';
import { actNames, type BenchOptions, parseBenchOptions } from './options.ts';
import { measureProduct } from './product.ts';
import { noteOutcomes, type Outcome } from './reached.ts';
import { describeLoad, describeMachine, describePresent, today, writePlot, writeSection } from './report.ts';
import { measureTargets } from './targets/measure-targets.ts';

/**
 * `npm run bench`: starts the real platform and its peers, measures each pattern on all of them in turn, and writes the
 * medians and ratios into docs/benchmarks.md; `-- --against REVISION`: the present build beside an older one; `-- --peers`:
 * beside the field; `-- --targets`: what targets are measured by one by one; `-- --acts`: what people do with
 * messages, beside plain sends and plain pages; `-- --all`: the targets, the field and the first.
 */
const root = join(import.meta.dirname, '../..');
const say = (line: string) => console.log(line);
const warmSeconds = 2;
/** What a revision must have for its platform to be started and filled. */
const doors = ['test/harness/platform.ts', 'load/bench/berth-targets.ts', 'load/bench/durable-writes.ts'];

interface Measured {
  text: string;
  outcomes?: Outcome[];
}

/** Prints, and keeps, what was measured with what it was measured on, and what it says of the targets. */
function conclude(
  section: string,
  load: string,
  { text: measured, outcomes }: Measured,
  rounds: number,
): void {
  const { name } = describePresent();
  const how = `Measured on ${today()} of ${name} on ${describeMachine()}; medians of ${rounds} round${rounds > 1 ? 's' : ''}; ${load}.`;
  const text = `${how}\n\n${measured}`;
  console.log(`\n${text}`);
  writeSection(section, text);
  if (outcomes) noteOutcomes(outcomes, name);
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
  const field = await compareField({ present, rounds, seconds, warmSeconds, say, signal });
  const parts = await compareParts({ rounds, seconds, say, signal });
  for (const [file, plot] of Object.entries(field.plots)) writePlot(file, plot);
  const measured = {
    text: `${field.text}\n\n${parts.text}`,
    outcomes: [...field.outcomes, ...parts.outcomes],
  };
  conclude('peers', load, measured, rounds);
}

async function runTargets({ rounds, only }: BenchOptions): Promise<void> {
  compileLightLoader();
  const load = describeLoad();
  const measured = await measureTargets({ only, rounds, say, signal: abortWhenInterrupted() });
  // What failed in each round leaves what an earlier run has shown.
  for (const { name, ...target } of measured)
    if (target.outcomes.length > 0) conclude(`target-${name}`, load, target, rounds);
    else console.log(target.text);
}

async function runFiles({ rounds }: BenchOptions): Promise<void> {
  const load = describeLoad();
  conclude('files', load, { text: await measureFiles({ rounds, say }) }, rounds);
}

/** Drives by what needs no compiler. */
async function runActs({ rounds }: BenchOptions): Promise<void> {
  const load = describeLoad();
  const measured = await measureTargets({ only: actNames, rounds, say, signal: abortWhenInterrupted() });
  conclude('acts', load, { text: measured.map(({ text }) => text).join('\n\n') }, rounds);
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
  if (!failure) {
    const measured = { text: renderComparison(comparison), outcomes: comparisonOutcomes(comparison) };
    return conclude('against', load, measured, rounds);
  }
  if (whole.length > 0) console.log(renderComparison(comparison));
  throw new Error(`${failure.message} (${whole.length} of ${rounds} rounds measured; nothing is written)`);
}

async function runProduct(options: BenchOptions): Promise<void> {
  const load = describeLoad();
  conclude('measured', load, await measureProduct(options), options.rounds);
}

/** One after the other, each with its own part of the page: what fails leaves those of the others. */
async function runAll(options: BenchOptions): Promise<void> {
  const failed: string[] = [];
  for (const run of [runTargets, runPeers, runProduct])
    try {
      await run(options);
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error;
      failed.push((error as Error).message);
      console.error(`bench: ${failed.at(-1)}`);
    }
  if (failed.length > 0) throw new Error(`${failed.length} of 3 parts failed`);
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  if (options.mode === 'against') await runAgainst(options);
  else if (options.mode === 'peers') await runPeers(options);
  else if (options.mode === 'files') await runFiles(options);
  else if (options.mode === 'targets') await runTargets(options);
  else if (options.mode === 'acts') await runActs(options);
  else if (options.mode === 'all') await runAll(options);
  else await runProduct(options);
} catch (error) {
  // Interrupted while something was built.
  const { name, message } = error as Error;
  console.error(`bench: ${name === 'AbortError' ? 'interrupted' : message}`);
  process.exitCode = 1;
}
