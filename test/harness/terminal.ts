import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { eventually } from '@berth/fixtures';

const program = join(import.meta.dirname, '../../apps/cli/bin/berth.mjs');

/** `berth chat` as a process: lines in, lines out. */
export class TerminalClient {
  readonly #child;
  readonly exited: Promise<number | null>;
  #text = '';

  constructor(gateUrl: string, args: string[] = []) {
    this.#child = spawn(process.execPath, [program, 'chat', '--gate', gateUrl, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        this.#text += chunk;
      });
    }
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  get text(): string {
    return this.#text;
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** No more lines will come. */
  end(): void {
    this.#child.stdin.end();
  }

  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    try {
      return await eventually(
        `the terminal shows ${pattern}`,
        () => pattern.exec(this.#text) ?? undefined,
        60_000,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; it shows:\n${this.#text}`);
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}
