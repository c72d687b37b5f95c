import type { ServerResponse } from 'node:http';

/** Requests at a time at most, each with a body of 16 KiB at most. */
const maxPlaces = 4_000;
/** What one network may hold when there is no place left: one in so many. */
const share = 10;
/** When nobody has more than that, who has been slow for so long makes room, in milliseconds. */
const slowMs = 5_000;

interface Place {
  network: string | undefined;
  sinceMs: number;
}

/**
 * Room for requests, from their head until their answer is taken. When there is none left, those make room that wait for
 * their client (for the rest of a body, or for the answer to be read): of a network with more than its share the one that
 * came first, else whoever has been slow for long. What gate itself is working on stays.
 */
export class Places {
  readonly #max: number;
  /** The first to come first. */
  readonly #held = new Map<ServerResponse, Place>();
  readonly #counts = new Map<string, number>();

  constructor(max = maxPlaces) {
    this.#max = max;
  }

  get size(): number {
    return this.#held.size;
  }

  responses(): Iterable<ServerResponse> {
    return this.#held.keys();
  }

  /** False when there is none. */
  take(response: ServerResponse): boolean {
    if (this.#held.size >= this.#max && !this.#makeRoom()) return false;
    this.#held.set(response, { network: undefined, sinceMs: performance.now() });
    response.once('close', () => this.#leave(response));
    return true;
  }

  /** Where the request came from, as proxies tell. */
  belongs(response: ServerResponse, network: string): void {
    const place = this.#held.get(response);
    if (place === undefined || place.network !== undefined) return;
    place.network = network;
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
  }

  #makeRoom(): boolean {
    const [greedy, count] = [...this.#counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
    const isGreedy = count > this.#max / share;
    const before = performance.now() - slowMs;
    for (const [response, { network, sinceMs }] of this.#held) {
      if (!waitsForClient(response) || !(isGreedy ? network === greedy : sinceMs < before)) continue;
      this.#leave(response);
      response.req.socket.destroy();
      return true;
    }
    return false;
  }

  #leave(response: ServerResponse): void {
    const network = this.#held.get(response)?.network;
    this.#held.delete(response);
    if (network === undefined) return;
    const count = this.#counts.get(network)! - 1;
    if (count === 0) this.#counts.delete(network);
    else this.#counts.set(network, count);
  }
}

const waitsForClient = (response: ServerResponse): boolean => response.headersSent || !response.req.complete;
