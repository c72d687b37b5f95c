import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { ReadStream } from 'node:tty';

/** What a terminal makes signals of while it is not in raw mode. */
const signals: Record<string, NodeJS.Signals> = { '\u0003': 'SIGINT', '\u001c': 'SIGQUIT' };
const controlZ = '\u001a';

/**
 * Calls `onKey` with each character that is typed, without Enter on a terminal; from a pipe with what comes through it.
 * Ctrl-C, Ctrl-\ and Ctrl-Z do what they always do. A terminal that belongs to another program at this moment is not
 * read: that would stop this process. Returns what gives the terminal back.
 */
export function listenToKeys(input: ReadStream, onKey: (key: string) => void): () => void {
  if (input.isTTY && !isInForeground()) return () => {};
  const raw = (on: boolean): void => {
    if (input.isTTY) input.setRawMode(on);
  };
  const onData = (chunk: Buffer | string): void => {
    for (const key of String(chunk)) {
      if (input.isTTY && signals[key]) process.kill(process.pid, signals[key]);
      else if (input.isTTY && key === controlZ) {
        raw(false);
        process.once('SIGCONT', () => raw(true));
        // Everyone whom the terminal would stop, npm among them.
        process.kill(0, 'SIGTSTP');
      } else onKey(key);
    }
  };
  // A terminal that is closed, or a pipe whose other end has died.
  input.on('error', () => {});
  input.on('data', onData);
  raw(true);
  return () => {
    input.off('data', onData);
    input.pause();
    raw(false);
  };
}

/** True where it cannot be seen. */
function isInForeground(): boolean {
  try {
    // After the name, which may have anything in it: state, parent, process group, session, terminal, its foreground group.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .split(') ')
      .at(-1)!
      .split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}
