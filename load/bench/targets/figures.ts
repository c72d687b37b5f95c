import { markdown, shown } from '../markdown.ts';
import { type Bound, boundOf, isWithin, type Outcome } from '../reached.ts';
import { median } from '../table.ts';

/** What a measure shows of one target. */
export interface Figure {
  /** Of targets.md: P9. */
  target: string;
  name: string;
  unit: string;
  /** What is to be reached; undefined: told beside the others. */
  bound?: Bound;
  read: (round: Reading) => number;
}

/** Numbers of one round, by names of the measure's own. */
export type Reading = Record<string, number>;

export interface Measure {
  /** After `--only`. */
  name: string;
  /** For a person who waits. */
  about: string;
  figures: Figure[];
  measure(say: (line: string) => void, signal: AbortSignal | undefined, number: number): Promise<Reading>;
}

/** A row for each figure: the median of the rounds, the spread, and whether the target is met. */
export function renderFigures(measured: { figures: Figure[]; rounds: Reading[] }[]): string {
  const rows = measured.flatMap(({ figures, rounds }) =>
    figures.map(({ target, name, unit, bound, read }) => {
      const values = rounds.map(read);
      const value = median(values);
      const spread = `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`;
      const suffix = unit && ` ${unit}`;
      const verdict = bound ? `${boundOf(bound)}: ${isWithin(bound, value) ? 'met' : 'not met'}` : '';
      return [target, name, `${shown(value)}${suffix}`, spread, verdict];
    }),
  );
  return markdown([['', 'what', 'median', 'rounds', 'to reach'], ...rows]);
}

/** What the rounds say of numbered targets. */
export const outcomesOf = (measured: { figures: Figure[]; rounds: Reading[] }[]): Outcome[] =>
  measured.flatMap(({ figures, rounds }) =>
    figures.flatMap(({ target, name, unit, bound, read }): Outcome[] => {
      if (bound === undefined || !/^P\d+$/.test(target)) return [];
      const value = median(rounds.map(read));
      const measuredAs = `${shown(value)}${unit && ` ${unit}`}`;
      return [
        { target, what: name, measured: measuredAs, bound: boundOf(bound), isMet: isWithin(bound, value) },
      ];
    }),
  );
