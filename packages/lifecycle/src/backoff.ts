/** Full jitter: uniform in [0, min(maxMs, baseMs · 2^attempt)]. `attempt` counts from 0. */
export function backoffMs(
  attempt: number,
  {
    baseMs = 100,
    maxMs = 5_000,
    random = Math.random,
  }: { baseMs?: number; maxMs?: number; random?: () => number } = {},
): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** `ms` ± `part` of it, uniform; 0.2 means ±20 %. */
export function jittered(ms: number, part = 0.2, random: () => number = Math.random): number {
  return Math.round(ms * (1 + part * (2 * random() - 1)));
}
