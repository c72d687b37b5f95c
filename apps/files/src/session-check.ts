import type { Mysql } from '@berth/mysql';
import type { SessionKeys } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import { LRUCache } from 'lru-cache';

/** What MySQL said of a session is believed so long: an ended one uploads no longer than that. */
const believedMs = 1_000;
const maxBelieved = 20_000;

interface SessionRow {
  ended_at: number | null;
  expires_at: number;
  generation: number;
}

/** Who asks: a session token that gate has signed, of a session that is live. */
export class SessionCheck {
  readonly #keys: SessionKeys;
  readonly #db: Mysql;
  readonly #believed = new LRUCache<string, Promise<SessionRow | undefined>>({
    ...{ max: maxBelieved, ttl: believedMs },
  });

  constructor(keys: SessionKeys, db: Mysql) {
    this.#keys = keys;
    this.#db = db;
  }

  /** The user's id. Throws `unauthenticated`, `session_ended`. */
  async userOf(authorization: string | undefined): Promise<number> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new BerthError('unauthenticated');
    const { user, session, generation } = this.#keys.verify(token);
    const state = await this.#state(user, session);
    const isLive = state !== undefined && state.ended_at === null && state.expires_at > Date.now();
    if (!isLive || state.generation > generation) throw new BerthError('session_ended');
    return user;
  }

  #state(user: number, session: string): Promise<SessionRow | undefined> {
    const key = `${user}:${session}`;
    const known = this.#believed.get(key);
    if (known !== undefined) return known;
    const state = this.#read(user, session);
    state.catch(() => this.#believed.delete(key));
    this.#believed.set(key, state);
    return state;
  }

  async #read(user: number, session: string): Promise<SessionRow | undefined> {
    const [row] = await this.#db.rows<SessionRow>(
      `SELECT sessions.ended_at, sessions.expires_at, users.generation FROM sessions
       JOIN users ON users.id = sessions.user_id WHERE sessions.user_id = ? AND sessions.id = ?`,
      [user, Buffer.from(session, 'hex')],
    );
    return row;
  }
}
