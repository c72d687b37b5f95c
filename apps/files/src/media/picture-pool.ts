import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PictureFindings, PictureTask, PlainTask } from './picture.ts';
import type { Thumbnail, ThumbnailTask } from './thumbnail.ts';

export type { PictureTask };

export interface PicturePoolOptions {
  workers: number;
  /** For one picture, then its process is ended. */
  timeoutMs: number;
  /** Tasks waiting at most. Default 1 000. */
  maxWaiting?: number;
}

type Task = PictureTask | ThumbnailTask | PlainTask;
type Found = PictureFindings | Thumbnail | { plain: string };

interface Job {
  task: Task;
  resolve(found: Found): void;
  reject(error: Error): void;
}

/** More tasks wait than may. */
export class PoolFullError extends Error {
  override readonly name = 'PoolFullError';
}

/** Pictures of one process: what it leaks is given back. */
const maxOfOne = 500;

const beside = (extension: string) =>
  fileURLToPath(new URL(`./picture-process.${extension}`, import.meta.url));
/** Its source, or where there are bundles its own. */
const entry = existsSync(beside('ts')) ? beside('ts') : beside('mjs');

/** A few processes that look into pictures, apart from the one that serves; one that dies or takes too long is replaced. */
export class PicturePool {
  readonly #options: PicturePoolOptions;
  readonly #waiting: Job[] = [];
  readonly #idle: PictureProcess[] = [];
  readonly #all = new Set<PictureProcess>();
  #closed = false;

  constructor(options: PicturePoolOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get busy(): number {
    return this.#all.size - this.#idle.length;
  }

  /** Rejects with what is wrong with the picture, or with PoolFullError. */
  look(task: PictureTask): Promise<PictureFindings> {
    return this.#ask(task) as Promise<PictureFindings>;
  }

  /** A small picture of one. Rejects as `look` does. */
  shrink(task: ThumbnailTask): Promise<Thumbnail> {
    return this.#ask(task) as Promise<Thumbnail>;
  }

  /** As `look`. */
  async makePlain(task: PlainTask): Promise<void> {
    await this.#ask(task);
  }

  #ask(task: Task): Promise<Found> {
    if (this.#closed || this.#waiting.length >= (this.#options.maxWaiting ?? 1_000))
      return Promise.reject(new PoolFullError('too many pictures wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new PoolFullError('closing'));
    for (const worker of this.#all) worker.end();
    this.#all.clear();
  }

  #next(): void {
    if (this.#waiting.length === 0 || this.#closed) return;
    let worker = this.#idle.pop();
    if (worker === undefined && this.#all.size < this.#options.workers) {
      worker = new PictureProcess(this.#options.timeoutMs);
      this.#all.add(worker);
    }
    if (worker === undefined) return;
    const used = worker;
    const job = this.#waiting.shift()!;
    used
      .run(job.task)
      .then(job.resolve, job.reject)
      .finally(() => {
        if (used.isUsable && !this.#closed) this.#idle.push(used);
        else {
          used.end();
          this.#all.delete(used);
        }
        this.#next();
      });
  }
}

class PictureProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  #done = 0;
  #isAlive = true;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    this.#child.once('exit', () => (this.#isAlive = false));
    this.#child.once('error', () => (this.#isAlive = false));
    // It alone keeps nobody from ending.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get isUsable(): boolean {
    return this.#isAlive && this.#done < maxOfOne;
  }

  async run(task: Task): Promise<Found> {
    this.#done++;
    const child = this.#child;
    let timer: NodeJS.Timeout | undefined;
    let onMessage: ((answer: { found?: Found; error?: string }) => void) | undefined;
    let onExit: (() => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        onMessage = ({ found, error }) => (found ? resolve(found) : reject(new Error(error)));
        onExit = () => reject(new Error('the process ended'));
        timer = setTimeout(() => {
          this.end();
          reject(new Error('it took too long'));
        }, this.#timeoutMs);
        child.on('message', onMessage);
        child.once('exit', onExit);
        child.send(task, (error) => error && reject(error));
      });
    } finally {
      clearTimeout(timer);
      if (onMessage) child.off('message', onMessage);
      if (onExit) child.off('exit', onExit);
    }
  }

  end(): void {
    this.#isAlive = false;
    this.#child.kill('SIGKILL');
  }
}
