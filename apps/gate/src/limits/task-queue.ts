import { backoffMs } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';

export interface TaskQueueOptions {
  /** Tasks at a time. */
  concurrency: number;
  /** Tasks waiting at most; further ones are refused. */
  queue: number;
  /** A task that waited longer is refused: who asked has given up. Default 10 000. */
  maxWaitMs?: number;
}

interface Waiting {
  start: () => void;
  refuse: () => void;
  since: number;
}

/** Runs so many tasks at a time, the rest in their order; refuses with `unavailable` and a delay when too many wait. */
export class TaskQueue {
  readonly #options: Required<TaskQueueOptions>;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  /** Moving average of a task's time, for the delay told to the refused. */
  #taskMs = 50;

  constructor(options: TaskQueueOptions) {
    this.#options = { maxWaitMs: 10_000, ...options };
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** One that still waits when `signal` is aborted leaves the queue, and rejects with the reason. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    await this.#enter(signal);
    const began = performance.now();
    try {
      return await task();
    } finally {
      this.#taskMs += 0.1 * (performance.now() - began - this.#taskMs);
      this.#leave();
    }
  }

  #enter(signal: AbortSignal | undefined): Promise<void> | undefined {
    if (this.#running < this.#options.concurrency) {
      this.#running++;
      return undefined;
    }
    if (this.#waiting.length >= this.#options.queue) throw this.#refusal();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
        refuse: () => {
          signal?.removeEventListener('abort', leave);
          reject(this.#refusal());
        },
        since: performance.now(),
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Hands the place to the next one. */
  #leave(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (performance.now() - next.since <= this.#options.maxWaitMs) {
        next.start();
        return;
      }
      next.refuse();
    }
    this.#running--;
  }

  #refusal(): BerthError {
    const drainMs = (this.#waiting.length * this.#taskMs) / this.#options.concurrency;
    return new BerthError('unavailable', 'Too many are being served right now; try again soon.', {
      retryAfterMs: Math.ceil(500 + drainMs + backoffMs(0, { baseMs: 1_000 })),
    });
  }
}
