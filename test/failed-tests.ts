import { relative } from 'node:path';
import process from 'node:process';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** Of what a test failed with. */
const maxLines = 15;
/** Frames of a stack among them. */
const maxFrames = 3;

/** What has failed, in few words: of a long log people are often shown the end alone. */
export class FailedTests {
  readonly #failed: string[] = [];

  note(event: TestEvent): void {
    if (event.type !== 'test:fail' || event.data.todo || event.data.skip) return;
    const { name, file, line, details } = event.data;
    const error = details.error as Error & { failureType?: string };
    // Of one of its subtests, which is told itself.
    if (error.failureType === 'subtestsFailed') return;
    const place = file === undefined ? '' : ` (${relative(process.cwd(), file)}:${line})`;
    this.#failed.push([`${name}${place}`, ...linesOf(error.cause ?? error)].join('\n    '));
  }

  /** Empty when nothing has. */
  toString(): string {
    if (this.#failed.length === 0) return '';
    return `\nfailed: ${this.#failed.length}\n\n${this.#failed.map((each) => `  ${each}\n`).join('\n')}\n`;
  }
}

/** What went wrong and where, without frames of Node's own and of libraries. */
function linesOf(error: unknown): string[] {
  let frames = 0;
  const lines = (typeof error === 'string' ? error : inspect(error, { depth: 3, breakLength: 160 }))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .filter((line) => !/^\s+at /.test(line) || (!/node:|node_modules/.test(line) && ++frames <= maxFrames));
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines), `… ${lines.length - maxLines} more lines, above`];
}
