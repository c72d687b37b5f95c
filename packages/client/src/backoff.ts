/** Caps of the delay before an attempt: it doubles from the first to the last. */
const firstCapMs = 1_000;
const lastCapMs = 60_000;

/**
 * Full jitter: uniform in [0, cap), the cap 1 s for attempt 0 and doubling up to 60 s. On top of `retryAfterMs`, when the
 * server named one, so that those who were told the same do not come back together.
 */
export function reconnectDelayMs(attempt: number, random: () => number, retryAfterMs = 0): number {
  const cap = Math.min(lastCapMs, firstCapMs * 2 ** Math.min(attempt, 16));
  return Math.round(retryAfterMs + random() * cap);
}

/** Uniform in 200–400 ms: how long a gap may close by itself before the range is asked for. */
export const gapDelayMs = (random: () => number): number => Math.round(200 + 200 * random());
