/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** The product beside relay and socket.io; a revision beside the present build; the field's peers; targets one by one; files; acts on messages; the first, the third and the fourth one after the other. */
  mode: 'product' | 'against' | 'peers' | 'targets' | 'files' | 'acts' | 'all';
  /** With `targets`: names of measures; undefined: all but those of acts. */
  only?: string[];
  /** With `against`: as git knows it. */
  revision?: string;
  rounds: number;
  /** Idle connections of the memory row. */
  connections: number;
  /** Measured seconds of each pattern, of a round on one side. */
  seconds: number;
}

const bounds = {
  rounds: { least: 1, most: 99, whole: true },
  connections: { least: 10, most: 50_000, whole: true },
  seconds: { least: 0.5, most: 600, whole: false },
};

/** What people do with messages, whose figures have a section of their own. */
export const actNames = ['acts', 'page'];
/** As load/bench/targets has them. */
export const measureNames = ['nodes', 'storm', 'idle', 'passwords', 'group', ...actNames];

export const usage =
  'npm run bench [-- [--against REVISION | --peers | --files | --acts | --targets [--only NAME,NAME] | --all] [--rounds N] [--seconds S] [--connections N]]';

/** Throws with one line when an argument is not one. */
export function parseBenchOptions(args: string[]): BenchOptions {
  const options: BenchOptions = { mode: 'product', rounds: 0, connections: 5_000, seconds: 5 };
  const setMode = (mode: BenchOptions['mode']) => {
    if (options.mode !== 'product')
      throw new Error('--against, --peers, --files, --targets, --acts and --all are runs of their own');
    options.mode = mode;
  };
  for (let index = 0; index < args.length; index++) {
    const name = args[index]!;
    const mode = (['peers', 'targets', 'files', 'acts', 'all'] as const).find((one) => name === `--${one}`);
    if (mode !== undefined) {
      setMode(mode);
      continue;
    }
    const value = args[++index];
    if (name === '--only') {
      options.only = value?.split(',') ?? [];
      continue;
    }
    if (name === '--against') {
      if (!value || value.startsWith('-'))
        throw new Error('--against is followed by a revision, such as HEAD~1');
      setMode('against');
      options.revision = value;
      continue;
    }
    const key = name.replace(/^--/, '');
    if (!name.startsWith('--') || !Object.hasOwn(bounds, key))
      throw new Error(`there is no ${name}: ${usage}`);
    const { least, most, whole } = bounds[key as keyof typeof bounds];
    const number = value?.trim() ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most) || (whole && !Number.isInteger(number))) {
      const kind = whole ? 'a whole number' : 'a number';
      throw new Error(`${name} is ${kind} from ${least} to ${most}, not ${value ?? 'nothing'}`);
    }
    options[key as keyof typeof bounds] = number;
  }
  if (options.only && options.mode !== 'targets') throw new Error('--only is of --targets');
  for (const name of options.only ?? [])
    if (!measureNames.includes(name)) throw new Error(`--only ${name}: there are ${measureNames.join(', ')}`);
  // Comparisons go by medians of five.
  options.rounds ||= ['against', 'peers'].includes(options.mode) ? 5 : 3;
  return options;
}
