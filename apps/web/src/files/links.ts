import { BerthError } from '@berth/client';
import type { FileLink, LinkRequest } from '@berth/wire/files';
import { Observable } from '../state/observable.ts';

/** Asked for together when they are wanted within this. */
const gatherMs = 20;
const maxBatch = 100;
/** Before its end a link is renewed, so that whoever begins to load has the time for it. */
const marginMs = 60_000;
/** Links kept at most; the oldest go first. */
const maxLinks = 1_000;
/** After a failure those that are still wanted are asked for again, jittered, each time later. */
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

interface Waiter {
  resolve(link: FileLink): void;
  reject(error: unknown): void;
}

export interface LinkPorts {
  ask(requests: readonly LinkRequest[]): Promise<FileLink[]>;
  /** Milliseconds since 1970, by the platform's clock. */
  now(): number;
}

export const keyOfLink = (request: LinkRequest): string => JSON.stringify(request);

/** The signed addresses of files: asked for in batches, kept while they are good, renewed while somebody looks. */
export class FileLinks extends Observable {
  readonly #ports: LinkPorts;
  readonly #links = new Map<string, FileLink>();
  readonly #holders = new Map<string, { request: LinkRequest; count: number }>();
  readonly #asked = new Map<string, { request: LinkRequest; waiters: Waiter[] }>();
  readonly #asking = new Set<string>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(ports: LinkPorts) {
    super();
    this.#ports = ports;
  }

  /** The link as it was told last, as long as it is good. */
  get(request: LinkRequest): FileLink | undefined {
    const link = this.#links.get(keyOfLink(request));
    return link && link.expiresAt > this.#ports.now() ? link : undefined;
  }

  /** A link that is good for a while yet. Rejects with BerthError; `not_found` when there is no such file for this user. */
  fetch(request: LinkRequest, { anew = false } = {}): Promise<FileLink> {
    const known = this.#links.get(keyOfLink(request));
    if (known?.urls && !anew && this.#isFresh(known)) return Promise.resolve(known);
    return new Promise((resolve, reject) => this.#want(request, { resolve, reject }));
  }

  /** Has the link here, and renewed, until what is returned is called. */
  hold(request: LinkRequest): () => void {
    const key = keyOfLink(request);
    const held = this.#holders.get(key) ?? { request, count: 0 };
    held.count++;
    this.#holders.set(key, held);
    const known = this.#links.get(key);
    if (!known || !this.#isFresh(known)) this.#want(request);
    return () => {
      held.count--;
      if (held.count === 0 && this.#holders.get(key) === held) this.#holders.delete(key);
    };
  }

  close(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#renewal);
    this.#gathering = undefined;
    this.#holders.clear();
    for (const { waiters } of this.#asked.values())
      for (const { reject } of waiters) reject(new BerthError('unavailable'));
    this.#asked.clear();
  }

  #isFresh({ expiresAt }: FileLink): boolean {
    return expiresAt - this.#ports.now() > marginMs;
  }

  #want(request: LinkRequest, waiter?: Waiter): void {
    const key = keyOfLink(request);
    if (this.#asking.has(key) && !waiter) return;
    const asked = this.#asked.get(key) ?? { request, waiters: [] };
    if (waiter) asked.waiters.push(waiter);
    this.#asked.set(key, asked);
    this.#gathering ??= setTimeout(() => void this.#ask(), gatherMs);
  }

  async #ask(): Promise<void> {
    this.#gathering = undefined;
    const batch = [...this.#asked].slice(0, maxBatch);
    for (const [key] of batch) {
      this.#asked.delete(key);
      this.#asking.add(key);
    }
    if (this.#asked.size > 0) this.#gathering = setTimeout(() => void this.#ask(), gatherMs);
    try {
      const links = await this.#ports.ask(batch.map(([, { request }]) => request));
      this.#failures = 0;
      for (const [index, [key, { waiters }]] of batch.entries()) {
        const link = links[index];
        if (link) this.#keep(key, link);
        for (const { resolve, reject } of waiters)
          if (link?.urls) resolve(link);
          else reject(new BerthError('not_found'));
      }
      this.changed();
    } catch (error) {
      this.#failures++;
      for (const [, { waiters }] of batch) for (const { reject } of waiters) reject(error);
    } finally {
      for (const [key] of batch) this.#asking.delete(key);
      this.#scheduleRenewal();
    }
  }

  #keep(key: string, link: FileLink): void {
    this.#links.delete(key);
    this.#links.set(key, link);
    for (const oldest of this.#links.keys()) {
      if (this.#links.size <= maxLinks) break;
      if (!this.#holders.has(oldest)) this.#links.delete(oldest);
      else break;
    }
  }

  #scheduleRenewal(): void {
    clearTimeout(this.#renewal);
    if (this.#holders.size === 0) return;
    const ends = [...this.#holders.keys()].map((key) => this.#links.get(key)?.expiresAt ?? 0);
    const dueMs = Math.min(...ends) - marginMs - this.#ports.now();
    const retryMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 10));
    this.#renewal = setTimeout(
      () => {
        for (const [key, { request }] of this.#holders) {
          const link = this.#links.get(key);
          if (!link || !this.#isFresh(link)) this.#want(request);
        }
      },
      Math.max(dueMs, retryMs * (0.5 + Math.random() / 2)),
    );
  }
}
