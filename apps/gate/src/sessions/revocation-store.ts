import type { Circuit } from '@berth/lifecycle';
import type { Mysql, Tx } from '@berth/mysql';
import { mysqlCall } from '../mysql-call.ts';

export interface NewRevocation {
  userId: number;
  /** 32 hex digits each. */
  sessionIds: string[];
  /** Sessions of a lower one are void; 0: only those named. */
  generation: number;
  reason: string;
}

export interface StoredRevocation extends NewRevocation {
  id: number;
  /** Times that status has taken it. */
  handed: number;
}

/**
 * How often a revocation is handed over, and how long after the first time it is again: Redis may be emptied, or fall back
 * on a replica that lags, before every replica of status has read it there (which takes them 250 ms).
 */
const handOvers = 2;
const againMs = 500;
/** By then every node has checked its sessions against MySQL by itself, many times. */
const keepMs = 3_600_000;
const sessionIdBytes = 16;
/** Before that the one who wrote it hands it over. */
const firstDueMs = 250;
export const maxPutOff = 10;

interface RevocationRow {
  id: number;
  user_id: number;
  generation: number;
  session_ids: Buffer;
  reason: Buffer;
  handed: number;
}

/** The server's clock in milliseconds: that of the process which looks may be another than that of the one which wrote. */
const now = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';

/**
 * What chat nodes are to be told of ended sessions, kept in MySQL until they were: written in the transaction that ends
 * them, so that it outlives whoever wrote it. Errors: BerthError `unavailable`, `deadline`.
 */
export class MysqlRevocationStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  /** At most `limit` that are due, the longest due first. */
  async due(limit: number): Promise<StoredRevocation[]> {
    const rows = await mysqlCall(this.#circuit, () =>
      this.#db.rows<RevocationRow>(
        `SELECT id, user_id, generation, session_ids, reason, handed FROM revocations
         WHERE due_at <= ${now} ORDER BY due_at, id LIMIT ${Math.floor(limit)}`,
      ),
    );
    return rows.map(revocationOf);
  }

  /** Status has taken it: the last time it is forgotten, before that it is due again. */
  async handedOver({ id, handed }: StoredRevocation): Promise<void> {
    if (handed + 1 >= handOvers) await this.forget(id);
    else
      await this.#write(
        `UPDATE revocations SET handed = handed + 1, due_at = ${now} + ${againMs} WHERE id = ?`,
        [id],
      );
  }

  /** They, at most `maxPutOff`, have their turn after all others that are due. */
  async putOff(ids: number[]): Promise<void> {
    if (ids.length === 0) return;
    const filled = Array.from({ length: maxPutOff }, (_, at) => ids[at] ?? ids[0]!);
    await this.#write(
      `UPDATE revocations SET due_at = ${now} WHERE id IN (${filled.map(() => '?').join(', ')})`,
      filled,
    );
  }

  async forget(id: number): Promise<void> {
    await this.#write('DELETE FROM revocations WHERE id = ?', [id]);
  }

  /** Deletes at most `limit` that are too old to matter; answers how many. */
  async giveUp(limit: number): Promise<number> {
    return this.#write(
      `DELETE FROM revocations WHERE created_at < ${now} - ${keepMs} ORDER BY id LIMIT ${Math.floor(limit)}`,
      [],
    );
  }

  /** How many wait, and for how long the oldest has. */
  async backlog(): Promise<{ count: number; oldestMs: number }> {
    const [row] = await mysqlCall(this.#circuit, () =>
      this.#db.rows<{ count: number; oldest: number | null }>(
        `SELECT COUNT(*) AS count, ${now} - CAST(MIN(created_at) AS SIGNED) AS oldest FROM revocations`,
      ),
    );
    return { count: Number(row!.count), oldestMs: Number(row!.oldest ?? 0) };
  }

  async #write(sql: string, params: number[]): Promise<number> {
    const { affectedRows } = await mysqlCall(this.#circuit, () => this.#db.run(sql, params), {
      isWrite: true,
    });
    return affectedRows;
  }
}

/** Part of the transaction that ends the sessions. */
export async function insertRevocation(tx: Tx, revocation: NewRevocation): Promise<StoredRevocation> {
  const { userId, sessionIds, generation, reason } = revocation;
  const { insertId } = await tx.run(
    `INSERT INTO revocations (user_id, generation, session_ids, reason, due_at, created_at)
     VALUES (?, ?, ?, ?, ${now} + ${firstDueMs}, ${now})`,
    [userId, generation, Buffer.from(sessionIds.join(''), 'hex'), Buffer.from(reason)],
  );
  return { ...revocation, id: insertId, handed: 0 };
}

function revocationOf(row: RevocationRow): StoredRevocation {
  const sessionIds: string[] = [];
  for (let at = 0; at < row.session_ids.length; at += sessionIdBytes)
    sessionIds.push(row.session_ids.toString('hex', at, at + sessionIdBytes));
  return {
    id: row.id,
    userId: row.user_id,
    generation: row.generation,
    sessionIds,
    reason: row.reason.toString(),
    handed: row.handed,
  };
}
