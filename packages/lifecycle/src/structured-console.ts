import process from 'node:process';
import { format } from 'node:util';

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Of what a library prints, so much. */
const maxCharacters = 2_000;

/**
 * Libraries print as they please, which would put raw lines among those of the log: from now on what they print on the
 * console, and Node's own warnings, are entries of it.
 */
export function logConsole(log: Log): void {
  const say =
    (level: keyof Log) =>
    (...args: unknown[]): void =>
      log[level]({ from: 'console' }, format(...args).slice(0, maxCharacters));
  Object.assign(console, {
    ...{ log: say('info'), info: say('info'), debug: say('info'), dir: say('info') },
    ...{ warn: say('warn'), error: say('warn'), trace: say('warn') },
  });
  // Node's own listener prints them.
  process.removeAllListeners('warning');
  process.on('warning', (err) => log.warn({ err }, 'Node warns'));
}
