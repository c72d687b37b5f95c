export interface Threshold {
  quantile: 'p50' | 'p99' | 'p999';
  /** Of what is delivered, from when it was due. */
  belowMs: number;
}

/** What `npm run load:capacity` was asked for. */
export interface CapacityOptions {
  /** Messages that each session sends a minute. */
  perMinute: number;
  /** The level to begin with, and the last one to try: sessions. */
  first: number;
  most: number;
  /** Chat nodes, and driver processes. */
  nodes: number;
  drivers: number;
  /** Measured time of a level. */
  seconds: number;
  /** How often the number must hold. */
  confirm: number;
  thresholds: Threshold[];
}

const bounds = {
  'per-minute': { least: 0.01, most: 6_000, whole: false },
  first: { least: 2, most: 1_000_000, whole: true },
  most: { least: 2, most: 1_000_000, whole: true },
  nodes: { least: 1, most: 10, whole: true },
  drivers: { least: 1, most: 100, whole: true },
  seconds: { least: 1, most: 3_600, whole: false },
  confirm: { least: 1, most: 100, whole: true },
};

type Name = keyof typeof bounds;

const usage = `npm run load:capacity [-- ${Object.keys(bounds)
  .map((name) => `--${name} N`)
  .join(' ')} --threshold 'p99<250']`;

/** Throws with one line when an argument is not one. */
export function parseCapacityOptions(args: string[]): CapacityOptions {
  const values: Record<Name, number> = {
    ...{ 'per-minute': 1, first: 500, most: 10_000, nodes: 1, drivers: 1, seconds: 20, confirm: 3 },
  };
  const thresholds: Threshold[] = [];
  for (let index = 0; index < args.length; index += 2) {
    const [name, value] = [args[index]!, args[index + 1]];
    if (name === '--threshold') {
      thresholds.push(parseThreshold(value ?? ''));
      continue;
    }
    const key = name.replace(/^--/, '') as Name;
    if (!name.startsWith('--') || !Object.hasOwn(bounds, key))
      throw new Error(`there is no ${name}: ${usage}`);
    const { least, most, whole } = bounds[key];
    const number = value?.trim() ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most) || (whole && !Number.isInteger(number))) {
      const kind = whole ? 'a whole number' : 'a number';
      throw new Error(`${name} is ${kind} from ${least} to ${most}, not ${value ?? 'nothing'}`);
    }
    values[key] = number;
  }
  const { first, most, nodes, drivers, seconds, confirm } = values;
  if (first > most) throw new Error(`--first ${first} is more than --most ${most}`);
  if (thresholds.length === 0) thresholds.push({ quantile: 'p99', belowMs: 250 });
  return { perMinute: values['per-minute'], first, most, nodes, drivers, seconds, confirm, thresholds };
}

/** Such as `p99<250`: milliseconds. */
function parseThreshold(text: string): Threshold {
  const match = /^(p50|p99|p999)<(\d+(?:\.\d+)?)$/.exec(text.replaceAll(' ', ''));
  if (!match || Number(match[2]) === 0)
    throw new Error(`--threshold is p50, p99 or p999 below milliseconds, such as 'p99<250', not '${text}'`);
  return { quantile: match[1] as Threshold['quantile'], belowMs: Number(match[2]) };
}

/** Throws with one line when the processes may not open as many connections as the levels want. */
export function assertDescriptors({ most, drivers, nodes }: CapacityOptions, limits: string): void {
  const allowed = Number(/Max open files\s+\d+\s+(\d+|unlimited)/.exec(limits)?.[1] ?? Number.NaN);
  // What a process has open beside its sessions.
  const beside = 256;
  for (const [what, count] of Object.entries({ drivers, nodes })) {
    const needed = Math.ceil(most / count) + beside;
    if (needed > allowed)
      throw new Error(
        `--most ${most} is ${needed} file descriptors a process, and one may have ${allowed} (ulimit -n): at least --${what} ${Math.ceil(most / (allowed - beside))}`,
      );
  }
}
