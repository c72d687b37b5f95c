import type { LocalError } from './local-error.ts';
import { type Part, partDied } from './part.ts';

/** Whoever is named first is stopped first, so that nobody loses a server before its clients are gone. */
const stopOrder = ['gate', 'chat', 'status', 'verify', 'mail', 'redis', 'mysql'];

const rank = (name: string): number => stopOrder.indexOf(name.replace(/-\d+$/, ''));

/** The processes that run, watched: `died` rejects with a LocalError when one ends by itself. */
export class Parts {
  readonly died: Promise<never>;
  readonly #parts: Part[] = [];
  #reportDeath!: (error: LocalError) => void;
  #stopping = false;

  constructor() {
    this.died = new Promise((_, reject) => {
      this.#reportDeath = reject;
    });
    this.died.catch(() => {});
  }

  get all(): readonly Part[] {
    return this.#parts;
  }

  add<P extends Part>(part: P): P {
    // A start that was interrupted goes on for a moment.
    if (this.#stopping) void part.kill();
    this.#parts.push(part);
    void part.exited.then((exit) => {
      if (!this.#stopping) this.#reportDeath(partDied(part, exit));
    });
    return part;
  }

  /** Stops all in order, those of one kind together; `onStop` hears of each before. */
  async stop(onStop: (name: string) => void): Promise<void> {
    this.#stopping = true;
    const ranks = [...new Set(this.#parts.map((part) => rank(part.name)))].sort((a, b) => a - b);
    for (const current of ranks) {
      const parts = this.#parts.filter((part) => rank(part.name) === current);
      for (const part of parts) onStop(part.name);
      await Promise.all(parts.map((part) => part.stop()));
    }
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#parts.map((part) => part.kill()));
  }
}
