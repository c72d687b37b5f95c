import { markdown, shown } from '../against/table.ts';
import { median } from '../table.ts';

/** What a measure shows of one target. */
export interface Figure {
  /** Of targets.md: P9. */
  target: string;
  name: string;
  unit: string;
  /** What is to be reached; undefined: told beside the others. */
  bound?: { value: number; better: 'less' | 'more' };
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
      return [target, name, `${shown(value)}${suffix}`, spread, bound ? verdictOf(bound, value) : ''];
    }),
  );
  return markdown([['', 'what', 'median', 'rounds', 'to reach'], ...rows]);
}

function verdictOf({ value, better }: NonNullable<Figure['bound']>, reached: number): string {
  const isMet = better === 'less' ? reached <= value : reached >= value;
  return `${better === 'less' ? '≤' : '≥'} ${value}: ${isMet ? 'met' : 'not met'}`;
}
