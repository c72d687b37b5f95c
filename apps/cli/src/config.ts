import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

export interface ChatConfig {
  gateUrl: string;
  email: string | undefined;
  password: string | undefined;
  deviceClass: string;
  language: 'en' | 'zh';
}

export const usage = `berth chat [OPTIONS]    chat in the terminal

  --gate URL       address of Berth (default http://127.0.0.1:8080, or BERTH_GATE)
  --email ADDRESS  whose account; asked for when it is not given
  --device CLASS   as the list of devices names it (default terminal)
  --help           this text

BERTH_PASSWORD, when set, is the password. Lines may come from a pipe as well.

berth fleet --help tells what operators can do.`;

/** What the arguments and the environment ask for; `help` when that is the text above. Throws UsageError. */
export function readConfig(argv: string[], env: Record<string, string | undefined>): ChatConfig | 'help' {
  const { values, positionals } = parse(argv);
  if (values.help || positionals[0] === 'help') return 'help';
  const [command, ...rest] = positionals;
  if (command !== undefined && (command !== 'chat' || rest.length > 0))
    throw new UsageError(`there is no "berth ${positionals.join(' ')}" (berth --help tells what there is)`);
  const gateUrl = values.gate ?? (env.BERTH_GATE || 'http://127.0.0.1:8080');
  if (!/^https?:\/\/[^/]/.test(gateUrl) || !URL.canParse(gateUrl))
    throw new UsageError(`--gate: expected an address such as http://127.0.0.1:8080, got "${gateUrl}"`);
  const deviceClass = values.device ?? 'terminal';
  if (!/^[a-z0-9-]{1,16}$/.test(deviceClass))
    throw new UsageError('--device: expected 1 to 16 lower-case letters, digits or -');
  const language = /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'zh' : 'en';
  return { gateUrl, email: values.email, password: env.BERTH_PASSWORD || undefined, deviceClass, language };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        gate: { type: 'string' },
        email: { type: 'string' },
        device: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/[.\n]/)[0]} (berth --help tells the options)`);
  }
}
