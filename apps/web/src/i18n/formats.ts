import type { Text } from './catalogue.ts';

const dayMs = 86_400_000;

/** Times in the words of a language. `now` in milliseconds since 1970. */
export interface Formats {
  /** `14:05`. */
  clock(time: number): string;
  /** For a list: the clock today, `Yesterday`, the weekday within a week, else the date. */
  brief(time: number, now: number): string;
  /** Over the messages of a day. */
  day(time: number, now: number): string;
  /** In full. */
  full(time: number): string;
  /** `0:42`, rounded up to seconds. */
  countdown(ms: number): string;
  /** `4.2 MB`. */
  bytes(bytes: number): string;
}

export function createFormats(language: string, text: Text): Formats {
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' });
  const thisYear = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  const date = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric' });
  const longDay = new Intl.DateTimeFormat(language, { weekday: 'long', month: 'long', day: 'numeric' });
  const longDate = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' });
  const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map(
    (unit) => new Intl.NumberFormat(language, { style: 'unit', unit, maximumSignificantDigits: 3 }),
  );
  const sameYear = (time: number, now: number) =>
    new Date(time).getFullYear() === new Date(now).getFullYear();

  return {
    clock: (time) => clock.format(time),
    brief: (time, now) => {
      const days = daysBetween(time, now);
      if (days <= 0) return clock.format(time);
      if (days === 1) return text('talk.yesterday');
      if (days < 7) return weekday.format(time);
      return (sameYear(time, now) ? thisYear : date).format(time);
    },
    day: (time, now) => {
      const days = daysBetween(time, now);
      if (days === 0) return text('talk.today');
      if (days === 1) return text('talk.yesterday');
      return (sameYear(time, now) ? longDay : longDate).format(time);
    },
    full: (time) => full.format(time),
    countdown: (ms) => {
      const seconds = Math.max(0, Math.ceil(ms / 1_000));
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    },
    bytes: (bytes) => {
      const power = Math.min(sizes.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
      return sizes[power]!.format(bytes / 1_000 ** power);
    },
  };
}

/** Midnights of this place between two times. */
export function daysBetween(time: number, now: number): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(time)) / dayMs);
}
