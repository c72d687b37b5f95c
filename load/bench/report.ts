import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Revision } from '@berth/test/revision';

const root = join(import.meta.dirname, '../..');
const docs = join(root, 'docs/benchmarks.md');

/** Puts what was measured between the marks `name` of docs/benchmarks.md. */
export function writeSection(name: string, text: string, file = docs): void {
  const marks = new RegExp(`(<!-- begin ${name} -->\\n)[\\s\\S]*?(<!-- end ${name} -->)`);
  const before = readFileSync(file, 'utf8');
  if (!marks.test(before)) throw new Error(`${file} has no place for ${name}`);
  writeFileSync(
    file,
    before.replace(marks, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`),
  );
}

/** Beside docs/benchmarks.md, which shows it. */
export function writePlot(file: string, svg: string): void {
  const folder = docs.replace(/\.md$/, '');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), svg);
}

/** The machine that was measured on, in a few words. */
export const describeMachine = (): string =>
  `${cpus().length} cores (${cpus()[0]!.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;

/** How much else ran: the mean number of runnable processes of the last minute, to be asked before a measurement. */
export const describeLoad = (): string => `load average ${loadavg()[0]!.toFixed(1)} before it`;

export const today = (): string => new Date().toISOString().slice(0, 10);

/** The build that is measured: its commit, and whether what runs is another. */
export function describePresent(): Revision {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', 'apps', 'packages') !== '';
  const name = git('rev-parse', '--short=7', 'HEAD');
  return { name: isChanged ? `${name} with changes` : name, folder: root };
}
