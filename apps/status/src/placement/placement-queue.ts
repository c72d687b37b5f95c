import { BerthError } from '@berth/wire';
import type { RedisRegistry } from '../registry/redis-registry.ts';
import type { Placed, PlacementRequest } from '../registry/registry.ts';
import type { Strategy } from './strategies/strategy.ts';

export interface PlacementQueueOptions {
  registry: Pick<RedisRegistry, 'place'>;
  order: Strategy['order'];
  /** Requests in one call at most: bounds how long Redis is busy with it. Default 128. */
  batchSize?: number;
  /** Calls on their way at a time; default 4. */
  maxInFlight?: number;
  /** Requests that may wait; beyond it they are refused. Default 10,000. */
  maxWaiting?: number;
}

interface Waiting {
  request: PlacementRequest;
  resolve(placed: Placed & { nowMs: number }): void;
  reject(error: unknown): void;
}

/**
 * Sends placements to the registry in batches of what came in the same turn of the event loop or while all calls
 * were on their way: one round trip for each request, and far less work for Redis than a call each.
 */
export class PlacementQueue {
  readonly #options: Required<PlacementQueueOptions>;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(options: PlacementQueueOptions) {
    this.#options = { batchSize: 128, maxInFlight: 4, maxWaiting: 10_000, ...options };
  }

  /** Requests that wait for a call. */
  get waiting(): number {
    return this.#waiting.length;
  }

  place(request: PlacementRequest): Promise<Placed & { nowMs: number }> {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      throw new BerthError('no_berth', 'Too many log-ins are waiting for a place.', { retryAfterMs: 1_000 });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    });
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#options.maxInFlight) {
      const batch = this.#takeBatch();
      this.#inFlight += 1;
      this.#options.registry
        .place(
          this.#options.order,
          batch.map((waiting) => waiting.request),
        )
        .then(
          ({ nowMs, placed }) => {
            batch.forEach((waiting, at) => {
              waiting.resolve({ ...placed[at]!, nowMs });
            });
          },
          (error: unknown) => {
            for (const waiting of batch) waiting.reject(error);
          },
        )
        .finally(() => {
          this.#inFlight -= 1;
          this.#send();
        });
    }
  }

  /** The oldest requests, of each holder one: its next goes with the next batch. */
  #takeBatch(): Waiting[] {
    const { batchSize } = this.#options;
    const batch = this.#waiting.slice(0, batchSize);
    const holders = new Set(batch.map((waiting) => waiting.request.holder));
    if (holders.size === batch.length) {
      this.#waiting = this.#waiting.slice(batchSize);
      return batch;
    }
    const once: Waiting[] = [];
    const again: Waiting[] = [];
    holders.clear();
    for (const waiting of batch) {
      (holders.has(waiting.request.holder) ? again : once).push(waiting);
      holders.add(waiting.request.holder);
    }
    this.#waiting = [...again, ...this.#waiting.slice(batchSize)];
    return once;
  }
}
