import process from 'node:process';
import { shareLookups } from './shared-lookups.ts';
import { logConsole } from './structured-console.ts';

export interface App {
  start(): Promise<void>;
  /** Closes in order and resolves when nothing is left open. Called once. */
  close(): Promise<void>;
}

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/**
 * Runs an app as this process: starts it, closes it on SIGTERM or SIGINT and exits with 0; exits with 1, the
 * reason in one log line, when it cannot start or a fault escapes. A close longer than `closeTimeoutMs`
 * (default 60 s: a pod's grace period less a margin) is given up with exit code 1. What libraries print becomes entries of
 * the log.
 */
export async function runApp(app: App, log: Log, { closeTimeoutMs = 60_000 } = {}): Promise<void> {
  logConsole(log);
  shareLookups();
  let closing = false;
  const close = async (code: number): Promise<void> => {
    if (closing) return;
    closing = true;
    const timer = setTimeout(() => {
      log.fatal({ closeTimeoutMs }, 'close took too long');
      process.exit(1);
    }, closeTimeoutMs);
    try {
      await app.close();
    } catch (err) {
      log.fatal({ err }, 'close failed');
      code = 1;
    }
    clearTimeout(timer);
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'closing');
      void close(0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (err: unknown) => {
      log.fatal({ err, event }, 'a fault escaped');
      void close(1);
    });
  }
  try {
    await app.start();
  } catch (err) {
    log.fatal({ err }, 'cannot start');
    await close(1);
  }
}
