import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import process from 'node:process';
import { z } from 'zod';

/** A configuration that cannot be used; the message names every variable at fault, one a line. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/** `::` takes IPv4, too; where there is no IPv6 at all it cannot be listened on. */
const allAddresses = () =>
  Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6'))
    ? '::'
    : '0.0.0.0';

/** Field types for flat environments: everything comes as text, an empty text counts as absent. */
export const env = {
  text: () => z.string().min(1),
  port: () => z.coerce.number().int().min(0).max(65_535),
  count: (min = 0, max = Number.MAX_SAFE_INTEGER) => z.coerce.number().int().min(min).max(max),
  number: (min = 0, max = Number.MAX_VALUE) => z.coerce.number().min(min).max(max),
  /** Where to listen; by default on all addresses, of both families where there are two. */
  listenHost: () => z.string().min(1).default(allAddresses),
  /** Text that `parse` understands: its error's message says what is wrong. */
  parsed: (parse: (value: string) => unknown) =>
    z
      .string()
      .min(1)
      .superRefine((value, context) => {
        try {
          parse(value);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
        }
      }),
  /** Of a page or a server: `http[s]://…`. */
  webAddress: () =>
    z.string().refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), {
      error: 'expected http[s]://…',
    }),
  /** The same, or a path at the address that a page came from. */
  webAddressOrPath: () =>
    z.string().refine((text) => /^(https?:\/)?\//i.test(text) && URL.canParse(text, 'http://page'), {
      error: 'expected http[s]://… or a path such as /files',
    }),
  flag: () => z.enum(['true', 'false']).transform((value) => value === 'true'),
  /** Comma-separated. */
  list: () =>
    z.string().transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
};

/** Reads the fields of `shape` from `source`. Throws EnvError with a line per variable at fault. */
export function readEnv<S extends z.ZodRawShape>(
  shape: S,
  source: Record<string, string | undefined>,
): z.output<z.ZodObject<S>> {
  const present = Object.fromEntries(
    Object.keys(shape).map((key) => [key, source[key] === '' ? undefined : source[key]]),
  );
  const result = z.object(shape).safeParse(present);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return present[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new EnvError(lines.join('\n'));
}

/**
 * A secret: the value of `NAME`, or the content of the file that `NAME_FILE` names (which wins, and is how
 * clusters mount secrets). Undefined when neither is set; EnvError when the file cannot be read.
 */
export function readSecret(name: string, source: Record<string, string | undefined>): string | undefined {
  const file = source[`${name}_FILE`];
  if (file === undefined || file === '') return source[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new EnvError(`${name}_FILE: cannot read ${file}`, { cause });
  }
}

/**
 * Like readSecret, but EnvError when it is not set, or when `check` throws: its message says what is wrong, and must not show
 * the secret.
 */
export function requireSecret(
  name: string,
  source: Record<string, string | undefined>,
  check: (value: string) => unknown = () => undefined,
): string {
  const value = readSecret(name, source);
  if (value === undefined) throw new EnvError(`${name} is not set (nor ${name}_FILE)`);
  try {
    check(value);
  } catch (cause) {
    throw new EnvError(`${name}: ${(cause as Error).message}`, { cause });
  }
  return value;
}

/**
 * The files of mutual TLS between services, `GRPC_TLS_{CERT,KEY,CA}_FILE`: all three or none. Who serves others than this
 * machine at `host` needs them, unless `GRPC_TLS=off` says by name that whoever reaches it may be believed.
 */
export function readGrpcTls(
  source: Record<string, string | undefined>,
  host?: string,
): { certFile: string; keyFile: string; caFile: string } | undefined {
  const certFile = source.GRPC_TLS_CERT_FILE;
  const keyFile = source.GRPC_TLS_KEY_FILE;
  const caFile = source.GRPC_TLS_CA_FILE;
  if (!certFile && !keyFile && !caFile) {
    if (host !== undefined && !isLoopback(host) && source.GRPC_TLS !== 'off')
      throw new EnvError(
        'GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE and GRPC_TLS_CA_FILE are not set: whoever reaches this service would be taken for one of the others; GRPC_TLS=off allows that',
      );
    return undefined;
  }
  if (!certFile || !keyFile || !caFile)
    throw new EnvError('GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE and GRPC_TLS_CA_FILE: set all three or none');
  return { certFile, keyFile, caFile };
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);

/** For start files: the configuration, or a line per variable at fault on standard error and the end with code 1. */
export function parseOrExit<Config>(
  service: string,
  parse: (source: Record<string, string | undefined>) => Config,
  source: Record<string, string | undefined>,
): Config {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    for (const line of error.message.split('\n')) process.stderr.write(`${service}: ${line}\n`);
    process.exit(1);
  }
}
