import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { eventually } from '@berth/fixtures';

const present = join(import.meta.dirname, '../..');
const keptCharacters = 2_000;

/** One service of the platform as a process of its own, which a test may stop, kill, pause and start again. */
export class Service {
  readonly name: string;
  readonly opsUrl: string;
  /** Of the repository that it is started from the next time. */
  root = present;
  readonly #entry: string;
  readonly #environment: Record<string, string>;
  readonly #logFile: string;
  #child: ReturnType<typeof spawn> | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  /** The end of what it printed. */
  #said = '';
  #isUp = false;

  /** `entry`: the start file from the root of the repository; `opsPort`: where it answers /readyz. */
  constructor(
    name: string,
    entry: string,
    environment: Record<string, string>,
    opsPort: number,
    logFolder: string,
  ) {
    this.name = name;
    this.opsUrl = `http://127.0.0.1:${opsPort}`;
    this.#entry = entry;
    this.#environment = environment;
    this.#logFile = join(logFolder, `${name}.log`);
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Resolves with the exit code once the process has ended. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  get logFile(): string {
    return this.#logFile;
  }

  /** Spawns it, without waiting for it to be ready. */
  spawn(): void {
    const child = spawn(process.execPath, [join(this.root, this.#entry)], {
      cwd: this.root,
      env: {
        ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
        ...{ UV_THREADPOOL_SIZE: '6', LOG_LEVEL: 'info', ...this.#environment },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    this.#said = '';
    this.#isUp = false;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#said += chunk;
      this.#isUp ||= this.#said.includes(' is up"');
      this.#said = this.#said.slice(-keptCharacters);
    });
    child.stderr.pipe(log, { end: false });
    this.#exited = new Promise((resolve) => child.once('close', (code) => log.end(() => resolve(code))));
    this.#child = child;
  }

  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Waits until it listens, whether or not it may get work. */
  async up(): Promise<void> {
    await eventually(`${this.name} is up`, () => this.#isUp, 30_000);
  }

  async ready(timeoutMs = 60_000): Promise<void> {
    await eventually(
      `${this.name} is ready (its log: ${this.#logFile})`,
      async () => {
        if (!this.running) throw new Error(`${this.name} exited with ${this.#child?.exitCode}`);
        // Until then it may be another process that answers on its port.
        if (!this.#isUp) throw new Error(`${this.name} has not said that it is up, but: ${this.#said}`);
        const response = await fetch(`${this.opsUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
        if (!response.ok) throw new Error(`${await response.text()}; it said: ${this.#said}`);
        await response.arrayBuffer();
        return true;
      },
      timeoutMs,
    );
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.#child!.kill(name);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM; resolves with the exit code, at the latest after `graceMs`, when it is killed. */
  async stop(graceMs = 120_000): Promise<number | null> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }
}
