import { median } from '../table.ts';

/** The same work by Berth and by what stands beside it, a value for each round. */
export interface Pair {
  ours: number[];
  other: number[];
}

/** Medians and their ratio, as they stand in a row. */
export function pairOf({ ours, other }: Pair): [string, string, string] {
  const [one, two] = [median(ours), other.length > 0 ? median(other) : Number.NaN];
  const shown = (value: number) => (Number.isNaN(value) ? 'not there' : value.toFixed(value < 100 ? 1 : 0));
  return [shown(one), shown(two), Number.isNaN(two) ? '' : (one / two).toFixed(2)];
}
