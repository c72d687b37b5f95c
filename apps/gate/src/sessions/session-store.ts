import type { Circuit } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { mysqlCall } from '../mysql-call.ts';
import { insertRevocation, type StoredRevocation } from './revocation-store.ts';

export interface NewSession {
  userId: number;
  /** 32 hex digits. */
  id: string;
  generation: number;
  deviceClass: string;
  deviceName: string;
  platform: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
}

export interface StoredSession {
  id: string;
  deviceClass: string;
  deviceName: string;
  platform: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
}

/** What a session token is checked against. */
export interface SessionState {
  /** The account's, now. */
  generation: number;
  /** Neither ended nor expired. */
  isLive: boolean;
}

interface SessionRow {
  id: Buffer;
  device_class: Buffer;
  device_name: string;
  platform: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
}

/** Live sessions of one account at most; a further log-in ends the oldest. */
export const maxSessionsPerUser = 50;

/** Sessions in MySQL. Errors: BerthError `unavailable`, `deadline` (a write whose outcome is not known). */
export class MysqlSessionStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  async create(session: NewSession): Promise<void> {
    await this.#write(
      `INSERT INTO sessions (user_id, id, generation, device_class, device_name, platform, created_at, last_seen_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        session.userId,
        Buffer.from(session.id, 'hex'),
        session.generation,
        Buffer.from(session.deviceClass),
        ...[session.deviceName, session.platform],
        ...[session.createdAt, session.createdAt, session.expiresAt],
      ],
    );
  }

  /** The live sessions of an account, the newest first; of those beyond `maxSessionsPerUser` only the ids. */
  async list(userId: number): Promise<{ sessions: StoredSession[]; surplus: string[] }> {
    const rows = await this.#read<SessionRow>(
      `SELECT s.id, s.device_class, s.device_name, s.platform, s.created_at, s.last_seen_at, s.expires_at
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.user_id = ? AND s.ended_at IS NULL AND s.expires_at > ? AND s.generation >= u.generation
       ORDER BY s.created_at DESC, s.id LIMIT 200`,
      [userId, Date.now()],
    );
    const sessions = rows.map(sessionOf);
    return {
      sessions: sessions.slice(0, maxSessionsPerUser),
      surplus: sessions.slice(maxSessionsPerUser).map((session) => session.id),
    };
  }

  /**
   * Ends sessions of one account, and writes with it what chat nodes are to be told; undefined when it has none of them.
   * One that has ended is revoked again: who asks again may have had no answer.
   */
  async end(userId: number, ids: string[], reason: string): Promise<StoredRevocation | undefined> {
    if (ids.length === 0) return undefined;
    const marks = ids.map(() => '?').join(', ');
    const keys = ids.map((id) => Buffer.from(id, 'hex'));
    return mysqlCall(
      this.#circuit,
      () =>
        this.#db.transaction(async (tx) => {
          await tx.run(
            `UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL AND id IN (${marks})`,
            [Date.now(), userId, ...keys],
          );
          const rows = await tx.rows<{ id: Buffer }>(
            `SELECT id FROM sessions WHERE user_id = ? AND id IN (${marks})`,
            [userId, ...keys],
          );
          if (rows.length === 0) return undefined;
          const sessionIds = rows.map(({ id }) => id.toString('hex'));
          return insertRevocation(tx, { userId, sessionIds, generation: 0, reason });
        }),
      { isWrite: true },
    );
  }

  /** Undefined when there is no such account or session. */
  async state(userId: number, id: string): Promise<SessionState | undefined> {
    const [row] = await this.#read<{ generation: number; ended_at: number | null; expires_at: number }>(
      `SELECT u.generation, s.ended_at, s.expires_at FROM users u JOIN sessions s ON s.user_id = u.id
       WHERE u.id = ? AND s.id = ?`,
      [userId, Buffer.from(id, 'hex')],
    );
    return (
      row && { generation: row.generation, isLive: row.ended_at === null && row.expires_at > Date.now() }
    );
  }

  async touch(userId: number, id: string): Promise<void> {
    await this.#write('UPDATE sessions SET last_seen_at = ? WHERE user_id = ? AND id = ?', [
      Date.now(),
      userId,
      Buffer.from(id, 'hex'),
    ]);
  }

  /** Deletes at most `limit` sessions that expired, ended ones with them; answers how many. */
  async prune(limit: number): Promise<number> {
    const { affectedRows } = await this.#write(
      `DELETE FROM sessions WHERE expires_at < ? ORDER BY expires_at LIMIT ${Math.floor(limit)}`,
      [Date.now()],
    );
    return affectedRows;
  }

  #read<Row>(sql: string, params: Parameters<Mysql['rows']>[1]): Promise<Row[]> {
    return mysqlCall(this.#circuit, () => this.#db.rows<Row>(sql, params));
  }

  #write(sql: string, params: Parameters<Mysql['run']>[1]): ReturnType<Mysql['run']> {
    return mysqlCall(this.#circuit, () => this.#db.run(sql, params), { isWrite: true });
  }
}

const sessionOf = (row: SessionRow): StoredSession => ({
  id: row.id.toString('hex'),
  deviceClass: row.device_class.toString(),
  deviceName: row.device_name,
  platform: row.platform,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
});
