import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import process from 'node:process';

/** Of what a server prints, this much of the end is kept in sight. */
const keptBytes = 20_000;

const setpriv =
  process.platform === 'linux'
    ? ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file))
    : undefined;

export interface ServerProcessOptions {
  cwd?: string;
  /** Default: this process' own. */
  env?: NodeJS.ProcessEnv;
  /** Takes what the server prints, added to what is there; the server writes it itself, whatever becomes of this process. */
  logFile?: string | undefined;
  /** What it gets, on Linux, when this process dies in whatever way. Default TERM. */
  deathSignal?: 'TERM' | 'KILL';
  /** Kills it, and what it has started, when aborted before it is `ready`. */
  signal?: AbortSignal | undefined;
}

/**
 * A server run as a child: in a process group of its own, so that a terminal's Ctrl-C does not reach it before its
 * clients are closed; and, on Linux, told to stop when this process dies in whatever way.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #log: { file: string; begin: number } | undefined;
  /** From now on an abort does nothing. */
  readonly #keep: () => void;
  #output = '';
  #listeners: (() => void)[] = [];

  constructor(
    command: string,
    args: string[],
    { logFile, deathSignal = 'TERM', signal, ...options }: ServerProcessOptions = {},
  ) {
    const [file, argv] = setpriv
      ? [setpriv, ['--pdeathsig', deathSignal, '--', command, ...args]]
      : [command, args];
    const log = logFile === undefined ? undefined : openSync(logFile, 'a', 0o600);
    this.#log = log === undefined ? undefined : { file: logFile!, begin: fstatSync(log).size };
    this.#child = spawn(file, argv, {
      ...options,
      detached: true,
      stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    });
    if (log !== undefined) closeSync(log);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-keptBytes);
        for (const listener of this.#listeners) listener();
      });
    }
    const kill = () => this.#killGroup();
    signal?.addEventListener('abort', kill);
    if (signal?.aborted) kill();
    this.#keep = () => signal?.removeEventListener('abort', kill);
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#output += `\n${error.message}`;
        resolve({ code: 127, signal: null });
      });
      this.#child.once('close', (code, name) => {
        this.#keep();
        resolve({ code, signal: name });
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /**
   * Resolves when the server has printed `pattern`; rejects with its last lines when it exits, or is killed because
   * it takes too long.
   */
  async ready(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let poll: NodeJS.Timeout | undefined;
    const printed = new Promise<void>((resolve) => {
      const check = () => {
        if (pattern.test(this.#printed())) resolve();
      };
      if (this.#log) poll = setInterval(check, 20);
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
      this.#keep();
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(poll);
      this.#listeners = [];
    }
  }

  firstLines(count: number): string {
    return this.#printed().trim().split('\n').slice(0, count).join('\n');
  }

  lastLines(count = 8): string {
    return this.#printed().trim().split('\n').slice(-count).join('\n');
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

  #killGroup(): void {
    if (!this.running) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Gone in this moment.
    }
  }

  /** What this run of the server has printed, its end. */
  #printed(): string {
    return this.#log ? readEnd(this.#log.file, this.#log.begin) + this.#output : this.#output;
  }
}

function readEnd(file: string, begin: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // A log that was begun anew meanwhile has only this run's lines.
    const from = Math.max(size < begin ? 0 : begin, size - keptBytes);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    readSync(descriptor, bytes, 0, bytes.length, from);
    return bytes.toString();
  } finally {
    closeSync(descriptor);
  }
}
