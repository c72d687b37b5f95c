import { parseArgs } from 'node:util';
import { parseVariable } from '../run/arguments.ts';
import { InputError } from '../run/input-error.ts';

export interface HoldOptions {
  sessions: number;
  /** Processes that hold them. */
  drivers: number;
  /** Chat nodes of a platform that is started for the run. */
  nodes: number;
  seconds: number;
  /** Messages that each session sends a minute, in an open loop; or with `inFlight` in a closed one. */
  perMinute: number;
  inFlight: number | undefined;
  /** At the end all connections are cut at once, and come back. */
  cut: boolean;
  /** Undefined: a platform of its own is started. */
  target:
    | { variables: Record<string, string>; stack: string | undefined; outputs: string | undefined }
    | undefined;
  accounts: string | undefined;
  /** File with the sessions that were logged in, used again by the next run. */
  tokens: string | undefined;
  ca: string | undefined;
  insecure: boolean;
}

/** Descriptors that a process has beside those of its sessions: the log, gate's connections, Node's own. */
const beside = 256;

export const usage = `npm run load:hold [-- OPTIONS]

Holds sessions that beat and write in pairs, cuts them all at once if asked to, and lets the checker go through what each
of them has sent and seen.

  --sessions N      1000; an even number
  --seconds N       how long they are held (60)
  --per-minute N    messages that each sends a minute, paced whatever the server does (1)
  --in-flight N     instead: messages that each keeps on their way
  --cut             at the end all are cut at the same instant and come back
  --drivers N       processes that hold them (as many as the file descriptors want)
  --nodes N         chat nodes of the platform that is started for the run (as many as the file descriptors want)

Without a target the platform is started on this machine. With one:
  --stack NAME      where Berth is, from pulumi stack output --json --stack NAME
  --outputs FILE    the same from a file; - is standard input
  -e BERTH_URL=URL  the same by hand
  --accounts FILE   people, as npm run load -- --save-accounts wrote it; two who are no friends become it
  --tokens FILE     keeps their sessions for the next run, so that passwords are needed once
  --ca FILE         certificate authority (PEM) of the target
  --insecure        whatever certificate it has

Ends with 0 when all held and nothing was lost, 1 when not, 2 when it could not begin, 130 when it was interrupted.`;

/** Throws InputError. `limit`: descriptors that a process may have open. */
export function parseHoldOptions(argv: string[], limit: number): HoldOptions | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  const number = (name: keyof typeof bounds) => parseNumber(name, values[name]);
  const sessions = number('sessions') ?? 1_000;
  if (sessions % 2 === 1)
    throw new InputError(`--sessions ${sessions}: people talk in pairs, it must be even`);
  const needed = Math.ceil(sessions / Math.max(1, limit - beside));
  const target =
    values.env || values.stack !== undefined || values.outputs !== undefined
      ? {
          variables: Object.fromEntries((values.env ?? []).map(parseVariable)),
          stack: values.stack,
          outputs: values.outputs,
        }
      : undefined;
  const options: HoldOptions = {
    ...{ sessions, drivers: number('drivers') ?? needed, nodes: number('nodes') ?? needed },
    ...{ seconds: number('seconds') ?? 60, perMinute: number('per-minute') ?? 1 },
    ...{ inFlight: number('in-flight'), cut: values.cut ?? false, target },
    ...{ accounts: values.accounts, tokens: values.tokens },
    ...{ ca: values.ca, insecure: values.insecure ?? false },
  };
  for (const [name, count] of Object.entries({
    drivers: options.drivers,
    ...(target === undefined && { nodes: options.nodes }),
  }))
    if (Math.ceil(sessions / count) + beside > limit)
      throw new InputError(
        `--${name} ${count}: ${sessions} sessions are ${Math.ceil(sessions / count) + beside} file descriptors a process, and one may have ${limit} (ulimit -n): at least ${needed}`,
      );
  if (options.drivers * 2 > sessions)
    throw new InputError(`--drivers ${options.drivers}: ${sessions} sessions are not two for each`);
  if (target !== undefined && options.accounts === undefined)
    throw new InputError('--accounts is missing: whose sessions are held on a deployment');
  if (target === undefined && options.accounts !== undefined)
    throw new InputError('--accounts is of a deployment: -e BERTH_URL=…, --stack or --outputs says which');
  return options;
}

const bounds = {
  sessions: { least: 2, most: 1_000_000 },
  drivers: { least: 1, most: 256 },
  nodes: { least: 1, most: 64 },
  seconds: { least: 1, most: 86_400 },
  'per-minute': { least: 0, most: 6_000 },
  'in-flight': { least: 1, most: 1_000 },
};

function parseNumber(name: keyof typeof bounds, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { least, most } = bounds[name];
  const value = text.trim() ? Number(text) : Number.NaN;
  const isPart = name === 'per-minute';
  if (!(value >= least && value <= most) || (!isPart && !Number.isInteger(value)))
    throw new InputError(
      `--${name} ${text}: expected a ${isPart ? '' : 'whole '}number from ${least} to ${most}`,
    );
  return value;
}

function parse(argv: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: argv,
      options: {
        ...{ sessions: text, drivers: text, nodes: text, seconds: text },
        ...{ 'per-minute': text, 'in-flight': text, cut: flag },
        ...{ stack: text, outputs: text, env: { type: 'string', short: 'e', multiple: true } },
        ...{ accounts: text, tokens: text, ca: text, insecure: flag },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [wrong] = (error as Error).message.split(/\.?(?:\s|$)(?=[A-Z]|$)/);
    throw new InputError(`${wrong}: npm run load:hold -- --help shows the options`);
  }
}
