import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

const setpriv =
  process.platform === 'linux'
    ? ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file))
    : undefined;

/**
 * A server run as a child: in a process group of its own, so that a terminal's Ctrl-C does not reach it before its
 * clients are closed; and, on Linux, told to stop when this process dies in whatever way.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #output = '';
  #listeners: (() => void)[] = [];

  constructor(command: string, args: string[], options: { cwd?: string } = {}) {
    const [file, argv] = setpriv
      ? [setpriv, ['--pdeathsig', 'TERM', '--', command, ...args]]
      : [command, args];
    this.#child = spawn(file, argv, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-20_000);
        for (const listener of this.#listeners) listener();
      });
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#output += `\n${error.message}`;
        resolve({ code: 127, signal: null });
      });
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Resolves when the server has printed `pattern`; rejects with its last lines when it exits or takes too long. */
  async ready(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const printed = new Promise<void>((resolve) => {
      const check = () => {
        if (pattern.test(this.#output)) resolve();
      };
      this.#listeners.push(check);
      check();
    });
    const failed = this.exited.then(() => {
      throw new Error(`the server stopped:\n${this.lastLines()}`);
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the server was not ready within ${timeoutMs} ms:\n${this.lastLines()}`)),
        timeoutMs,
      );
    });
    try {
      await Promise.race([printed, failed, late]);
    } finally {
      clearTimeout(timer);
      this.#listeners = [];
    }
  }

  lastLines(count = 8): string {
    return this.#output.trim().split('\n').slice(-count).join('\n');
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.#child.kill(name);
  }

  /** SIGTERM, and SIGKILL after `graceMs`. */
  async stop(graceMs = 15_000): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}
