import { copyFileSync, existsSync, mkdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** A log that is larger is begun anew. */
const maxBytes = 10_000_000;
/** Of each log so many older pieces are kept: `NAME.1.log` is the newest of them. */
const olderKept = 2;
const checkMs = 5_000;

/** The log of one part, empty; that of the run before is the newest of the older pieces. */
export function freshLog(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  if (existsSync(file)) {
    makeRoom(file);
    renameSync(file, older(file, 1));
  }
  return file;
}

/**
 * Begins the log anew once it is larger than `limit`. Its process keeps it open and adds to its end, so that it is copied
 * and then emptied: a line that is written in that moment is lost.
 */
export function rotateLog(file: string, limit = maxBytes): void {
  if (!existsSync(file) || statSync(file).size <= limit) return;
  makeRoom(file);
  try {
    copyFileSync(file, older(file, 1));
  } finally {
    // On a full disk, above all.
    truncateSync(file);
  }
}

/** Keeps an eye on the sizes of logs; what is returned ends that. */
export function keepLogsSmall(files: () => string[]): () => void {
  const timer = setInterval(() => {
    for (const file of files()) {
      try {
        rotateLog(file);
      } catch {
        // The next time, perhaps; a log is no reason to end.
      }
    }
  }, checkMs);
  return () => clearInterval(timer);
}

const older = (file: string, age: number): string => file.replace(/\.log$/, `.${age}.log`);

function makeRoom(file: string): void {
  for (let age = olderKept; age > 1; age--)
    if (existsSync(older(file, age - 1))) renameSync(older(file, age - 1), older(file, age));
}

/** Lines of a log for people: of a JSON line its level, message and the error's own message. */
export function readableLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        const { level, msg, err } = JSON.parse(line);
        return [level, msg, err?.message].filter((part) => typeof part === 'string').join(': ');
      } catch {
        return line;
      }
    });
}
