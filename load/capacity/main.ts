import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Platform } from '@berth/test/platform';
import { describeLoad, describeMachine, describePresent, today } from '../bench/report.ts';
import { unlimited } from '../bench/unlimited.ts';
import { type Level, LevelMeasure } from './measure.ts';
import { assertDescriptors, type CapacityOptions, parseCapacityOptions } from './options.ts';
import { type CapacityRun, renderNumber, renderSizing } from './report.ts';
import { searchCapacity } from './search.ts';

/**
 * `npm run load:capacity`: raises the number of sessions until a threshold breaks, backs off, confirms, and writes what is
 * supported, and what that is in pods and dollars, into docs/sizing.md.
 */
const file = join(import.meta.dirname, '../../docs/sizing.md');

class Interrupted extends Error {}

async function run(options: CapacityOptions): Promise<void> {
  assertDescriptors(options, readFileSync('/proc/self/limits', 'utf8'));
  let isInterrupted = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      isInterrupted = true;
    });
  const about = {
    ...{ options, revision: describePresent().name, machine: describeMachine() },
    ...{ date: today(), load: describeLoad() },
  };
  const levels: Level[] = [];
  console.log(`starting ${options.nodes} chat nodes and ${options.drivers} drivers`);
  const platform = await Platform.start({ nodes: options.nodes, environment: unlimited });
  let measure: LevelMeasure | undefined;
  try {
    const measuring = await LevelMeasure.start(platform, options);
    measure = measuring;
    const found = await searchCapacity({
      ...{ first: options.first, most: options.most, confirm: options.confirm },
      probe: async (sessions) => {
        if (isInterrupted) throw new Interrupted();
        const level = await measuring.at(sessions);
        levels.push(level);
        const { verdict, p99Ms, chatCores, driverCores } = level;
        console.log(
          `${sessions} sessions: ${verdict.holds ? 'held' : verdict.reason} (p99 ${p99Ms.toFixed(1)} ms, chat ${chatCores.toFixed(3)} cores, loader ${driverCores.toFixed(2)})`,
        );
        return verdict;
      },
    });
    const violations = await measuring.violations();
    if (violations.length > 0) throw new Error(`the checker objects: ${violations.join('; ')}`);
    const done: CapacityRun = { ...about, levels, found };
    console.log(`\n${renderNumber(done)}`);
    writeFileSync(file, renderSizing(done));
    console.log(`written: ${file}`);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const found = { level: 0, held: 0, broke: { level: options.first, reason: 'the run was interrupted' } };
    console.log(`\n${renderSizing({ ...about, levels, found })}`);
    throw new Error(`interrupted after ${levels.length} levels; docs/sizing.md stays as it was`, {
      cause: error,
    });
  } finally {
    await measure?.stop();
    await platform.close();
  }
}

try {
  await run(parseCapacityOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`load:capacity: ${(error as Error).message}`);
  process.exitCode = 1;
}
