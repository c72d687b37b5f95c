import { backoffMs, jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import {
  type MysqlRevocationStore,
  maxPutOff,
  type NewRevocation,
  type StoredRevocation,
} from './revocation-store.ts';
import type { RedisSessionCache } from './session-cache.ts';

export interface RevocationsParts {
  store: MysqlRevocationStore;
  cache: RedisSessionCache;
  /** Tells the chat nodes, by way of status. */
  send: (revocation: NewRevocation) => Promise<void>;
  log: Log;
  onAttempt?: (outcome: 'handed' | 'failed' | 'refused' | 'given_up') => void;
}

/** Between two looks: a revocation reaches its nodes within 1 s of the moment at which status can be reached. */
const lookMs = 250;
const failing = { baseMs: 50, maxMs: 250 };
/** Revocations read at a time, and handed over at a time. */
const lot = 10 * maxPutOff;
/** How often the backlog is counted while there is one. */
const countMs = 5_000;

/**
 * Makes ended sessions end everywhere: in the cache of berths and on the chat nodes. What is to be told stands in MySQL,
 * written with the change itself. Whoever wrote it makes the first attempt and waits for it; every replica looks for what
 * is left over, so that none is lost with a process. Several may hand over the same one: that does no harm.
 */
export class Revocations {
  readonly #parts: Required<RevocationsParts>;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;
  #failures = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #backlog = { count: 0, oldestMs: 0 };

  constructor(parts: RevocationsParts) {
    this.#parts = { onAttempt: () => {}, ...parts };
  }

  /** As it was counted last. */
  get backlog(): { count: number; oldestMs: number } {
    return this.#backlog;
  }

  start(): void {
    this.#schedule(0);
  }

  /** What is not handed over by then stays for the next one who looks. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Of one just written, the first attempt. Never rejects: the look-outs go on. */
  async handOver(revocation: StoredRevocation): Promise<void> {
    if (await this.#attempt(revocation)) return;
    const { userId, id } = revocation;
    this.#parts.log.warn({ userId, id }, 'a revocation did not arrive yet');
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        this.#schedule(this.#failures === 0 ? jittered(lookMs) : 100 + backoffMs(this.#failures, failing));
      });
    }, delayMs);
  }

  async #look(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const due = await store.due(lot);
      await this.#count(due.length > 0);
      for (let at = 0; at < due.length && !this.#isClosed; at += maxPutOff) {
        const some = due.slice(at, at + maxPutOff);
        const taken = await Promise.all(some.map((revocation) => this.#attempt(revocation)));
        await store.putOff(some.filter((_, index) => !taken[index]).map(({ id }) => id));
        // What none of ten could be told, the rest would not be told either.
        if (!taken.includes(true)) throw new BerthError('unavailable');
      }
      if (this.#failures > 0) log.info('revocations arrive again');
      this.#failures = 0;
    } catch (err) {
      if (this.#failures++ === 0) log.warn({ err }, 'revocations do not arrive: they are kept');
    }
  }

  async #count(isAny: boolean): Promise<void> {
    const { store, log, onAttempt } = this.#parts;
    if (!isAny && this.#backlog.count === 0) return;
    if (isAny && performance.now() - this.#countedAt < countMs) return;
    this.#countedAt = performance.now();
    const givenUp = await store.giveUp(lot);
    for (let count = 0; count < givenUp; count++) onAttempt('given_up');
    if (givenUp > 0)
      log.error({ givenUp }, 'revocations were given up: nodes must have found out by themselves');
    this.#backlog = await store.backlog();
  }

  /** True when it was taken, or never will be. */
  async #attempt(revocation: StoredRevocation): Promise<boolean> {
    const { store, cache, send, log, onAttempt } = this.#parts;
    const { userId, sessionIds, generation, reason } = revocation;
    try {
      const cached = generation > 0 ? [cache.raiseGeneration(userId, generation)] : [];
      const settled = await Promise.allSettled([
        send({ userId, sessionIds, generation, reason }),
        ...cached,
        ...sessionIds.map((id) => cache.end(userId, id)),
      ]);
      const failed = settled.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      await store.handedOver(revocation);
      onAttempt('handed');
      return true;
    } catch (err) {
      const isRefused = err instanceof BerthError && err.code === 'bad_request';
      onAttempt(isRefused ? 'refused' : 'failed');
      log[isRefused ? 'error' : 'debug']({ err, userId, id: revocation.id }, 'a revocation was not taken');
      if (!isRefused) return false;
      await store.forget(revocation.id).catch(() => {});
      return true;
    }
  }
}
