import { EnvError, env, readEnv, readSecret } from '@berth/env';

export interface ProbeConfig {
  logLevel: string;
  /** Where the edge, or gate itself, serves HTTP; WebSockets are opened below it, whatever address a berth names. */
  gateUrl: string;
  /** Where TCP clients connect, whatever address a berth names. */
  tcp: { host: string; port: number };
  account:
    | { kind: 'given'; email: string; password: string }
    /** Registers one, and reads the code from a mail catcher. */
    | { kind: 'registered'; mailboxUrl: string };
  /** All of it must be done within this. */
  timeoutMs: number;
}

const variables = {
  LOG_LEVEL: env.text().default('info'),
  GATE_URL: env.text(),
  TCP_ADDRESS: env.text().regex(/^[^:]+:\d{1,5}$/, { error: 'expected host:port' }),
  MAILBOX_URL: env.text().optional(),
  TIMEOUT_SECONDS: env.count(1, 3_600).default(60),
};

/** Throws EnvError with a line per variable at fault. */
export function parseProbeConfig(source: Record<string, string | undefined>): ProbeConfig {
  const values = readEnv(variables, source);
  const [host, port] = values.TCP_ADDRESS.split(':');
  return {
    logLevel: values.LOG_LEVEL,
    gateUrl: values.GATE_URL.replace(/\/$/, ''),
    tcp: { host: host!, port: Number(port) },
    account: parseAccount(source, values.MAILBOX_URL),
    timeoutMs: values.TIMEOUT_SECONDS * 1_000,
  };
}

function parseAccount(
  source: Record<string, string | undefined>,
  mailboxUrl: string | undefined,
): ProbeConfig['account'] {
  const email = readSecret('PROBE_EMAIL', source);
  const password = readSecret('PROBE_PASSWORD', source);
  if (email !== undefined && password !== undefined) return { kind: 'given', email, password };
  if (mailboxUrl !== undefined) return { kind: 'registered', mailboxUrl: mailboxUrl.replace(/\/$/, '') };
  throw new EnvError('PROBE_EMAIL and PROBE_PASSWORD: set both, or MAILBOX_URL to register an account');
}
