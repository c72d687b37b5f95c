/** What was measured twice, one right after the other. */
export interface Pair {
  off: number;
  on: number;
}

export interface Ratio {
  /** Of the sums of both sides. */
  ratio: number;
  /** Where it is with 95 % confidence. */
  low: number;
  high: number;
}

const resamples = 10_000;

/**
 * `on` ÷ `off` with its interval by the bootstrap: as many pairs are drawn from these, with replacement, again and again. A pair
 * stays together, since what the machine did meanwhile bears on both of it.
 */
export function ratioOf(pairs: readonly Pair[], random: () => number = Math.random): Ratio {
  if (pairs.length === 0) throw new Error('there are no pairs');
  const ratios = new Float64Array(resamples);
  for (let at = 0; at < resamples; at++)
    ratios[at] = quotient(pairs.map(() => pairs[Math.floor(random() * pairs.length)]!));
  ratios.sort();
  return {
    ratio: quotient(pairs),
    low: ratios[Math.floor(0.025 * resamples)]!,
    high: ratios[Math.ceil(0.975 * resamples) - 1]!,
  };
}

function quotient(pairs: readonly Pair[]): number {
  let [on, off] = [0, 0];
  for (const pair of pairs) {
    on += pair.on;
    off += pair.off;
  }
  return on / off;
}

/** An interval that holds the bound shows nothing. */
export function judge({ low, high }: Ratio, most: number): 'met' | 'not met' | 'not shown' {
  if (high <= most) return 'met';
  return low > most ? 'not met' : 'not shown';
}
