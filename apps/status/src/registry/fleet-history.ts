import type { HistoryAnswer } from '@berth/wire/operators';
import type { FleetSnapshot } from './registry.ts';

export interface FleetHistoryOptions {
  /** The latest view of the fleet, undefined before the first. */
  look: () => FleetSnapshot | undefined;
  /** Default 5 s. */
  stepMs?: number;
  /** Samples kept of each node; default 120, which is 10 minutes. */
  samples?: number;
}

/** How many sessions each node had over the last minutes, as this replica saw it since its start. */
export class FleetHistory {
  readonly #options: Required<FleetHistoryOptions>;
  readonly #nodes = new Map<string, (number | null)[]>();
  #taken = 0;
  #atMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FleetHistoryOptions) {
    this.#options = { stepMs: 5_000, samples: 120, ...options };
  }

  start(): void {
    this.#timer = setInterval(() => this.sample(), this.#options.stepMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Notes how it is now. A node that is not listed has no number; one that had none for the whole time is forgotten. */
  sample(): void {
    const snapshot = this.#options.look();
    if (!snapshot) return;
    const { samples } = this.#options;
    const listed = new Map(
      snapshot.nodes
        .filter(({ standing }) => standing === 'listed')
        .map((node) => [node.name, node.connections]),
    );
    const before = Math.min(this.#taken, samples - 1);
    for (const name of listed.keys())
      if (!this.#nodes.has(name)) this.#nodes.set(name, new Array<null>(before).fill(null));
    for (const [name, numbers] of this.#nodes) {
      numbers.push(listed.get(name) ?? null);
      if (numbers.length > samples) numbers.shift();
      if (numbers.every((number) => number === null)) this.#nodes.delete(name);
    }
    this.#taken += 1;
    this.#atMs = Math.floor(snapshot.nowMs);
  }

  /** Oldest first; the newest is of `atMs`. */
  read(): HistoryAnswer {
    return { atMs: this.#atMs, stepMs: this.#options.stepMs, nodes: Object.fromEntries(this.#nodes) };
  }
}
