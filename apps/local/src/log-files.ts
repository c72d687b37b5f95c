import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** The log of one part; that of the run before is kept beside it, older ones are not. */
export function freshLog(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  if (existsSync(file)) renameSync(file, join(folder, `${name}.previous.log`));
  return file;
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
