import type { Log } from '@berth/telemetry';
import type { SessionClaims, SessionKeys } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { TaskQueue } from '../limits/task-queue.ts';
import type { Bucket, TokenBuckets } from '../limits/token-bucket.ts';
import type { Admission, RedisSessionCache } from './session-cache.ts';
import type { MysqlSessionStore, SessionState } from './session-store.ts';

export interface SessionCheckParts {
  keys: SessionKeys;
  cache: RedisSessionCache;
  store: MysqlSessionStore;
  /** Of this process alone, while Redis is away. */
  localBuckets: TokenBuckets;
  /** Bounds the look-ups in MySQL. */
  lookUps: TaskQueue;
  log: Log;
}

/** A request whose body took longer to come is looked up again: what is ended counts everywhere within a second. */
const freshMs = 500;

/**
 * Whether a session token still counts: its signature and expiry, then the account's generation and the session's end as
 * Redis knows them, on a miss as MySQL does (one look-up per session however many ask, and a bounded number of them).
 */
export class SessionCheck {
  readonly #parts: SessionCheckParts;
  readonly #lookUps = new Map<string, Promise<SessionState | undefined>>();

  constructor(parts: SessionCheckParts) {
    this.#parts = parts;
  }

  /** What gate itself has signed, in time. Errors: `unauthenticated`, `session_ended`. */
  claimsOf(token: string): SessionClaims {
    return this.#parts.keys.verify(token);
  }

  /** Takes a token from each bucket, and sees what Redis knows of the session. */
  async admit(claims: SessionClaims, buckets: Bucket[]): Promise<Admission> {
    try {
      return await this.#parts.cache.admit(claims, buckets);
    } catch {
      const taking = await this.#parts.localBuckets.take(buckets);
      return { ...taking, state: undefined, isFirstOfHour: false, at: performance.now() };
    }
  }

  /** That the session which was admitted is live. Errors: `session_ended`, `unavailable` (neither Redis nor MySQL). */
  async confirm(claims: SessionClaims, admission: Admission): Promise<void> {
    const isFresh = performance.now() - admission.at < freshMs;
    const known = isFresh ? admission.state : await this.#cached(claims);
    const state = known ?? (await this.#lookUp(claims));
    if (!state?.isLive || state.generation > claims.generation) throw new BerthError('session_ended');
    if (admission.isFirstOfHour) this.#noteSeen(claims);
  }

  /** Once an hour and session in MySQL, for the list of sessions; nobody waits for it. */
  #noteSeen({ user, session }: SessionClaims): void {
    const { store, log } = this.#parts;
    store.touch(user, session).catch((err: unknown) => log.debug({ err }, 'a session was not noted as seen'));
  }

  async #cached({ user, session }: SessionClaims): Promise<SessionState | undefined> {
    try {
      return await this.#parts.cache.read(user, session);
    } catch {
      return undefined;
    }
  }

  #lookUp({ user, session }: SessionClaims): Promise<SessionState | undefined> {
    const key = `${user}:${session}`;
    const running = this.#lookUps.get(key);
    if (running) return running;
    const { store, lookUps } = this.#parts;
    const lookUp = lookUps
      .run(() => store.state(user, session))
      .then((state) => {
        if (state) this.#remember(user, session, state);
        return state;
      })
      .finally(() => this.#lookUps.delete(key));
    this.#lookUps.set(key, lookUp);
    return lookUp;
  }

  /** Not waited for: the next one asks MySQL again, that is all. */
  #remember(user: number, session: string, state: SessionState): void {
    this.#parts.cache
      .learn(user, session, state)
      .catch((err: unknown) => this.#parts.log.debug({ err }, 'a session was not cached'));
  }
}
