import { type Logger, pino, stdSerializers } from 'pino';

export type Log = Logger;

/** Fields that must never reach a log, wherever they stand in the first two levels. */
const secretFields = [
  'token',
  'ticket',
  'code',
  'password',
  'passwd',
  'confirm',
  'text',
  'authorization',
  'cookie',
];

/** A JSON log on standard output, one line an event, `service` in each; errors with their causes. */
export function createLog(service: string, level = 'info', destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** With its causes; and its code under a name that is not redacted, since codes of errors are no secret. */
function serializeError(error: unknown): unknown {
  const serialized = stdSerializers.errWithCause(error as Error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? { ...serialized, errorCode: code } : serialized;
}
