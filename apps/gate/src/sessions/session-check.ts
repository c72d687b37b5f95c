import type { Log } from '@berth/telemetry';
import type { SessionClaims, SessionKeys } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { TaskQueue } from '../limits/task-queue.ts';
import type { RedisSessionCache } from './session-cache.ts';
import type { MysqlSessionStore, SessionState } from './session-store.ts';

export interface SessionCheckParts {
  keys: SessionKeys;
  cache: RedisSessionCache;
  store: MysqlSessionStore;
  /** Bounds the look-ups in MySQL. */
  lookUps: TaskQueue;
  log: Log;
}

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

  /** That the session is live. Errors: `session_ended`, `unavailable` (neither Redis nor MySQL). */
  async confirm(claims: SessionClaims): Promise<void> {
    const state = (await this.#cached(claims)) ?? (await this.#lookUp(claims));
    if (!state?.isLive || state.generation > claims.generation) throw new BerthError('session_ended');
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
