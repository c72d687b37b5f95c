import { UsageError } from '../usage-error.ts';

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Seconds of a text such as `90d`, `1h`, `10m` or `30s`. Throws UsageError that names the option. */
export function readDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined)
    throw new UsageError(`${option}: expected a time such as 90d, 1h or 30s, got "${text}"`);
  return Number(count) * seconds[unit as keyof typeof seconds];
}
