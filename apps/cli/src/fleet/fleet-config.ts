import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { readDuration } from './duration.ts';

export interface FleetConfig {
  command: FleetCommand;
  /** The node that the command is about. */
  node: string | undefined;
  statusUrl: string;
  token: string;
  /** As JSON for programs, without progress. */
  json: boolean;
  /** Whether a drain or a rebalance is watched until it is over. */
  waits: boolean;
  /** Of `token`. */
  order: TokenOrder | undefined;
  /** Of `explain`. */
  wish: { userId: number; deviceClass: string; zone: string; version: string; avoid: string[] };
}

/** Times are undefined where status' default is meant. */
export type TokenOrder =
  | { act: 'ls' }
  | { act: 'create'; name: string; scope: string; expiresInSeconds: number | undefined }
  | { act: 'rotate'; name: string; overlapSeconds: number | undefined }
  | { act: 'revoke'; name: string };

const commands = [
  'ls',
  'show',
  'cordon',
  'drain',
  'uncordon',
  'plan',
  'explain',
  'rebalance',
  'token',
] as const;
type FleetCommand = (typeof commands)[number];
const ofNode: readonly FleetCommand[] = ['show', 'cordon', 'drain', 'uncordon'];

export const fleetUsage = `berth fleet COMMAND [OPTIONS]    look after the chat nodes

  ls               every node: state, sessions, reservations, load, rate, zone, version
  show NODE        all that is known of one
  cordon NODE      no more log-ins are placed on it; who is on it stays
  drain NODE       and its people are moved to other nodes
  uncordon NODE    it is in service again; who has yet to move stays
  plan             what the planner does, why, and what it decided lately
  explain          where the next log-in would be placed, and why not elsewhere
  rebalance        moves people from the fullest nodes until all are even
  token ls         tokens of operators: scope, end, last use (for whoever has the installation's own)
  token create NAME [--scope read|operate] [--expires 90d]    shows a new one, once
  token rotate NAME [--overlap 1h]    shows its next secret; the old one is good for the overlap
  token revoke NAME                   it is refused from now on

  --status URL     operators' address of status (default http://127.0.0.1:9102, or BERTH_STATUS)
  --token-file F   file with the operator's token (or BERTH_OPERATOR_TOKEN)
  --json           answers as JSON
  --no-wait        does not wait for the end of a drain or a rebalance
  --user N, --device CLASS, --zone Z, --version V, --avoid NODE,NODE    for explain
  --help           this text`;

/** What the arguments and the environment ask for; `help` when that is the text above. Throws UsageError. */
export function readFleetConfig(
  argv: string[],
  env: Record<string, string | undefined>,
): FleetConfig | 'help' {
  const { values, positionals } = parse(argv);
  const [command, ...words] = positionals;
  if (values.help || command === undefined || command === 'help') return 'help';
  const order = command === 'token' ? readTokenOrder(words, values) : undefined;
  const [node, ...rest] = order ? [] : words;
  if (!isCommand(command) || rest.length > 0)
    throw new UsageError(
      `there is no "berth fleet ${positionals.join(' ')}" (berth fleet --help tells what there is)`,
    );
  if (ofNode.includes(command) !== (node !== undefined))
    throw new UsageError(
      `berth fleet ${command}: ${node === undefined ? 'which node?' : `what is "${node}"?`}`,
    );
  const statusUrl = (values.status ?? (env.BERTH_STATUS || 'http://127.0.0.1:9102')).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(statusUrl) || !URL.canParse(statusUrl))
    throw new UsageError(`--status: expected an address such as http://127.0.0.1:9102, got "${statusUrl}"`);
  const userId = Number(values.user ?? '1');
  if (!Number.isSafeInteger(userId) || userId < 1)
    throw new UsageError('--user: expected a number of a user');
  return {
    ...{ command, node, statusUrl, order },
    token: readToken(values['token-file'], env),
    json: values.json ?? false,
    waits: !values['no-wait'],
    wish: {
      userId,
      deviceClass: values.device ?? 'web',
      zone: values.zone ?? '',
      version: values.version ?? '',
      avoid: values.avoid?.split(',').filter((name) => name !== '') ?? [],
    },
  };
}

const isCommand = (text: string): text is FleetCommand => (commands as readonly string[]).includes(text);

function readTokenOrder(words: string[], values: ReturnType<typeof parse>['values']): TokenOrder {
  const [act, name, ...rest] = words;
  const said = `berth fleet token ${words.join(' ')}`;
  if (act === undefined || !['ls', 'create', 'rotate', 'revoke'].includes(act) || rest.length > 0)
    throw new UsageError(`there is no "${said.trim()}" (token ls, create, rotate, revoke)`);
  if (act === 'ls') {
    if (name !== undefined) throw new UsageError(`${said}: what is "${name}"?`);
    return { act };
  }
  if (name === undefined) throw new UsageError(`${said}: which token?`);
  const secondsOf = (option: 'expires' | 'overlap') =>
    values[option] === undefined ? undefined : readDuration(`--${option}`, values[option]);
  if (act === 'create')
    return { act, name, scope: values.scope ?? 'read', expiresInSeconds: secondsOf('expires') };
  if (act === 'rotate') return { act, name, overlapSeconds: secondsOf('overlap') };
  return { act: 'revoke', name };
}

function readToken(file: string | undefined, env: Record<string, string | undefined>): string {
  const token = file === undefined ? env.BERTH_OPERATOR_TOKEN : contentOf(file);
  if (!token?.trim())
    throw new UsageError(
      'whose orders are these? --token-file, or BERTH_OPERATOR_TOKEN, has the operator’s token',
    );
  return token.trim();
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--token-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        status: { type: 'string' },
        'token-file': { type: 'string' },
        json: { type: 'boolean' },
        'no-wait': { type: 'boolean' },
        user: { type: 'string' },
        device: { type: 'string' },
        zone: { type: 'string' },
        version: { type: 'string' },
        avoid: { type: 'string' },
        scope: { type: 'string' },
        expires: { type: 'string' },
        overlap: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(
      `${(error as Error).message.split(/[.\n]/)[0]} (berth fleet --help tells the options)`,
    );
  }
}
