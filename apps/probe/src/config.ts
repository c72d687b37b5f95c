import { EnvError, env, readEnv, readSecret } from '@berth/env';
import { parseHostPort } from '@berth/network';

export interface ProbeConfig {
  logLevel: string;
  /** Where gate answers, best through the edge. */
  gateUrl: string;
  /** WebSockets are opened below it and TCP connections to it, when what a berth names cannot be reached from here. */
  webSocketUrl: string | undefined;
  tcp: { host: string; port: number } | undefined;
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
  WEBSOCKET_URL: env
    .text()
    .regex(/^wss?:\/\//, { error: 'expected ws:// or wss://' })
    .optional(),
  TCP_ADDRESS: env
    .text()
    .refine((value) => parseHostPort(value)?.port !== undefined, { error: 'expected host:port' })
    .optional(),
  MAILBOX_URL: env.text().optional(),
  TIMEOUT_SECONDS: env.count(1, 3_600).default(60),
};

/** Throws EnvError with a line per variable at fault. */
export function parseProbeConfig(source: Record<string, string | undefined>): ProbeConfig {
  const values = readEnv(variables, source);
  const tcp = values.TCP_ADDRESS === undefined ? undefined : parseHostPort(values.TCP_ADDRESS);
  return {
    logLevel: values.LOG_LEVEL,
    gateUrl: values.GATE_URL.replace(/\/$/, ''),
    webSocketUrl: values.WEBSOCKET_URL?.replace(/\/$/, ''),
    tcp: tcp && { host: tcp.host, port: tcp.port! },
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
