import { parseArgs } from 'node:util';
import type { Thresholds } from '../profiles/profile.ts';
import { type ProfileName, profiles } from '../profiles/profiles.ts';
import { InputError } from './input-error.ts';
import { parseThreshold } from './thresholds.ts';

export interface RunRequest {
  profile: ProfileName;
  seconds: number | undefined;
  /** Where Berth is: by name of the variable. */
  variables: Record<string, string>;
  /** A Pulumi stack whose outputs say where it is. */
  stack: string | undefined;
  /** A file of such outputs as JSON; `-`: standard input. */
  outputs: string | undefined;
  thresholds: Thresholds;
  accounts: string | undefined;
  saveAccounts: string | undefined;
  /** Folder for what the run leaves. */
  out: string | undefined;
  /** PEM file of an authority to trust beside the system's. */
  ca: string | undefined;
  insecure: boolean;
}

const targetVariables = {
  BERTH_URL: 'web address of Berth',
  BERTH_MAIL_URL: 'page of the mail catcher; without it --accounts is needed',
  BERTH_STATUS: 'host:port of status, for placement over gRPC; left out without it',
  BERTH_STATUS_TLS: 'folder with ca.crt, tls.crt and tls.key to speak with it',
} as const;

const width = (name: string) => name.padEnd(18);
export const usage = `npm run load -- --profile NAME [OPTIONS]

Runs k6 against a deployment of Berth, by default the one of npm start, and writes a report.

  --profile NAME
${Object.entries(profiles)
  .map(([name, { about }]) => `    ${width(name)}${about}`)
  .join('\n')}
  --seconds N         how long people write (the profile says)
  --stack NAME        where Berth is, from pulumi stack output --json --stack NAME
  --outputs FILE      the same from a file; - is standard input
  -e NAME=VALUE       the same by hand:
${Object.entries(targetVariables)
  .map(([name, about]) => `    ${width(name)}${about}`)
  .join('\n')}
  --accounts FILE     people to use in place of new ones, as --save-accounts wrote it
  --save-accounts FILE
  --threshold TEXT    another limit, such as "berth_ack_ms: p(99)<250"; again for more
  --ca FILE           certificate authority (PEM) of the target
  --insecure          whatever certificate it has
  --which             says which k6 there is, and ends
  --out DIR           where to write (default .berth/load/NAME-TIME)

Ends with 0 when every threshold was met, 1 when not or when the run failed, 2 when it could not begin, 130 when
it was interrupted. docs/load.md has the rest.`;

/** Throws InputError. */
export function parseRunRequest(argv: string[]): RunRequest | 'help' | 'which' {
  const values = parse(argv);
  if (values.help) return 'help';
  if (values.which) return 'which';
  const { profile, seconds } = values;
  const known = Object.keys(profiles).join(', ');
  if (profile === undefined) throw new InputError(`--profile is missing: one of ${known}`);
  if (!Object.hasOwn(profiles, profile)) throw new InputError(`--profile ${profile}: one of ${known}`);
  if (seconds !== undefined && !/^[1-9]\d{0,5}$/.test(seconds))
    throw new InputError(`--seconds ${seconds}: expected a whole number of seconds`);
  return {
    profile: profile as ProfileName,
    seconds: seconds === undefined ? undefined : Number(seconds),
    variables: Object.fromEntries((values.env ?? []).map(parseVariable)),
    stack: values.stack,
    outputs: values.outputs,
    thresholds: thresholdsOf(values.threshold ?? []),
    accounts: values.accounts,
    saveAccounts: values['save-accounts'],
    out: values.out,
    ca: values.ca,
    insecure: values.insecure ?? false,
  };
}

export function parseVariable(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InputError(`-e ${text}: expected NAME=VALUE`);
  if (!Object.hasOwn(targetVariables, name))
    throw new InputError(
      `-e ${name}: no such variable; there are ${Object.keys(targetVariables).join(', ')}`,
    );
  return [name, value!];
}

function thresholdsOf(texts: string[]): Thresholds {
  const thresholds: Thresholds = {};
  for (const text of texts) {
    const { metric, expression } = parseThreshold(text);
    thresholds[metric] = [...(thresholds[metric] ?? []), expression];
  }
  return thresholds;
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        profile: { type: 'string' },
        seconds: { type: 'string' },
        stack: { type: 'string' },
        outputs: { type: 'string' },
        env: { type: 'string', short: 'e', multiple: true },
        accounts: { type: 'string' },
        'save-accounts': { type: 'string' },
        threshold: { type: 'string', multiple: true },
        ca: { type: 'string' },
        insecure: { type: 'boolean' },
        out: { type: 'string' },
        which: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Its first sentence says what is wrong; those after it are about positional arguments.
    const [wrong] = (error as Error).message.split(/\.?(?:\s|$)(?=[A-Z]|$)/);
    throw new InputError(`${wrong}: npm run load -- --help shows the options`);
  }
}
