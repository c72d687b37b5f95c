import { acrossNodes } from './across-nodes.ts';
import { actsOnMessages } from './acts.ts';
import { type Measure, type Reading, renderFigures } from './figures.ts';
import { idle } from './idle.ts';
import { largeGroup } from './large-group.ts';
import { passwords } from './passwords.ts';
import { reactedPage } from './reacted-page.ts';
import { storm } from './storm.ts';

export const measures: Measure[] = [
  acrossNodes,
  storm,
  idle,
  passwords,
  largeGroup,
  actsOnMessages,
  reactedPage,
];

export interface TargetsOptions {
  /** Names of measures; undefined: all. */
  only: string[] | undefined;
  rounds: number;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** Each of the measures so many times, in fresh processes; what is compared is measured in the other order each time. */
export async function measureTargets({ only, rounds, say, signal }: TargetsOptions): Promise<string> {
  const wanted = measures.filter(({ name }) => only?.includes(name) ?? true);
  const measured = wanted.map(({ figures }) => ({ figures, rounds: [] as Reading[] }));
  const failures: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { about, measure }] of wanted.entries()) {
      signal?.throwIfAborted();
      say(`round ${round} of ${rounds}: ${about}`);
      try {
        measured[index]!.rounds.push(await measure((line) => say(`  ${line}`), signal, round));
      } catch (error) {
        // A run of many minutes is not for nothing; what is left out is told.
        signal?.throwIfAborted();
        failures.push(`round ${round}, ${about}: ${(error as Error).message}`);
        say(`  ${(error as Error).message}`);
      }
    }
  }
  const whole = measured.filter(({ rounds: found }) => found.length > 0);
  return [renderFigures(whole), ...failures.map((line) => `Left out: ${line}.`)].join('\n\n');
}
