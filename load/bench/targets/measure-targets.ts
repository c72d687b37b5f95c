import { actNames } from '../options.ts';
import type { Outcome } from '../reached.ts';
import { acrossNodes } from './across-nodes.ts';
import { actsOnMessages } from './acts.ts';
import { type Measure, outcomesOf, type Reading, renderFigures } from './figures.ts';
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
  /** Names of measures; undefined: all but what people do with messages. */
  only: string[] | undefined;
  rounds: number;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** What one measure has shown. */
export interface MeasuredTarget {
  name: string;
  text: string;
  outcomes: Outcome[];
}

/** Each of the measures so many times, in fresh processes; what is compared is measured in the other order each time. */
export async function measureTargets({
  only,
  rounds,
  say,
  signal,
}: TargetsOptions): Promise<MeasuredTarget[]> {
  const wanted = measures
    .filter(({ name }) => only?.includes(name) ?? !actNames.includes(name))
    .map((measure) => ({ measure, found: [] as Reading[], failures: [] as string[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { measure, found, failures } of wanted) {
      signal?.throwIfAborted();
      say(`round ${round} of ${rounds}: ${measure.about}`);
      try {
        found.push(await measure.measure((line) => say(`  ${line}`), signal, round));
      } catch (error) {
        // A run of many minutes is not for nothing; what is left out is told.
        signal?.throwIfAborted();
        failures.push(`Left out: round ${round}, ${measure.about}: ${(error as Error).message}.`);
        say(`  ${(error as Error).message}`);
      }
    }
  }
  return wanted.map(({ measure: { name, figures }, found, failures }) => {
    const measured = { figures, rounds: found };
    const table = found.length > 0 ? [renderFigures([measured])] : [];
    const outcomes = found.length > 0 ? outcomesOf([measured]) : [];
    return { name, text: [...table, ...failures].join('\n\n'), outcomes };
  });
}
