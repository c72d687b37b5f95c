import type { Tx } from '@berth/mysql';
import { BerthError, type ErrorCode, limits, type Scheduled } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { keptMentions, mentionsOf } from './kept-mentions.ts';

/** What is sent later, and for whom. */
export interface DueMessage extends Scheduled {
  user: number;
}

interface ScheduledRow {
  user_id: number;
  conversation_id: number;
  cid: Buffer;
  at: number;
  look_at: number | null;
  failed: Buffer | null;
  reply_to: number | null;
  text: string;
  mentions: string | null;
}

type Name = Pick<DueMessage, 'user' | 'conversation' | 'cid'>;

const columns = 'user_id, conversation_id, cid, at, look_at, failed, reply_to, text, mentions';
const where = 'user_id = ? AND conversation_id = ? AND cid = ?';
const keyOf = ({ user, conversation, cid }: Name) => [user, conversation, cid];
/** No node has taken it. */
const isFree = '(look_at = at OR look_at IS NULL)';

/**
 * Milliseconds since 1970 by the clock of the store, which is one for all nodes: a node whose own clock is ahead would send too
 * early, and one that is behind would take what is not free any more for due.
 */
const storeNow = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)';

/**
 * Texts that are sent later. They lie with their user. Who takes one that is due moves the time at which it is looked at next: of
 * two that try, one finds it as it was.
 */
export class MysqlScheduled {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Answers with what is there under its name already. Throws `limit_reached`. */
  async add(user: number, wanted: Scheduled): Promise<Scheduled> {
    const { conversation, cid, text, replyTo, mentions } = wanted;
    return this.#mysql.transaction(async (tx) => {
      const at = await freeTime(tx, { user, ...wanted });
      const { affectedRows } = await tx.run(
        `INSERT IGNORE INTO scheduled_messages (user_id, conversation_id, cid, at, look_at, reply_to, text, mentions)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [user, conversation, cid, at, at, replyTo ?? null, text, keptMentions(mentions)],
      );
      if (affectedRows === 0) return (await find(tx, { user, conversation, cid }))!;
      const [row] = await tx.rows<{ n: number }>(
        'SELECT COUNT(*) AS n FROM scheduled_messages WHERE user_id = ?',
        [user],
      );
      if (row!.n > limits.maxScheduled)
        throw new BerthError('limit_reached', `at most ${limits.maxScheduled} messages wait to be sent`);
      return { ...wanted, at };
    });
  }

  /** Answers with what it is then. Throws `not_found` for what is not there or sent, `too_late` for what is being sent. */
  async edit(user: number, wanted: Scheduled): Promise<Scheduled> {
    const { text, replyTo, mentions } = wanted;
    return this.#whileFree({ user, ...wanted }, async (tx, key) => {
      const at = await freeTime(tx, { user, ...wanted });
      await tx.run(
        `UPDATE scheduled_messages SET at = ?, look_at = ?, failed = NULL, reply_to = ?, text = ?, mentions = ?
         WHERE ${where}`,
        [at, at, replyTo ?? null, text, keptMentions(mentions), ...key],
      );
      return { ...wanted, at };
    });
  }

  /** As `edit`. */
  async cancel(name: Name): Promise<void> {
    await this.#whileFree(name, (tx, key) => tx.run(`DELETE FROM scheduled_messages WHERE ${where}`, key));
  }

  /** In the order of their times, behind the first so many. */
  async list(
    user: number,
    conversation: number | undefined,
    offset: number,
    limit: number,
  ): Promise<Scheduled[]> {
    const only = conversation === undefined ? '' : 'AND conversation_id = ?';
    const rows = await this.#mysql.rows<ScheduledRow>(
      `SELECT ${columns} FROM scheduled_messages WHERE user_id = ? ${only}
       ORDER BY at, conversation_id, cid LIMIT ? OFFSET ?`,
      [user, ...(conversation === undefined ? [] : [conversation]), String(limit), String(offset)],
    );
    return rows.map(scheduledOf);
  }

  /** Takes what is due for so long, in the order of its times: no other node looks at it before. `isAll`: no more is due. */
  async take(leaseMs: number, limit: number): Promise<{ taken: DueMessage[]; isAll: boolean }> {
    const due = await this.#mysql.rows<ScheduledRow>(
      `SELECT ${columns} FROM scheduled_messages WHERE look_at <= ${storeNow} ORDER BY look_at LIMIT ?`,
      [String(limit)],
    );
    const taken: DueMessage[] = [];
    for (const row of due) {
      const one = { ...scheduledOf(row), user: row.user_id };
      const { affectedRows } = await this.#mysql.run(
        `UPDATE scheduled_messages SET look_at = ${storeNow} + ? WHERE ${where} AND look_at = ?`,
        [leaseMs, ...keyOf(one), row.look_at],
      );
      if (affectedRows === 1) taken.push(one);
    }
    return { taken, isAll: due.length < limit };
  }

  async sent(name: Name): Promise<void> {
    await this.#mysql.run(`DELETE FROM scheduled_messages WHERE ${where}`, keyOf(name));
  }

  /** It was surely not stored: sent so many milliseconds later, or never by itself. */
  async postpone(name: Name, by: number | ErrorCode): Promise<void> {
    if (typeof by === 'number')
      await this.#mysql.run(
        `UPDATE scheduled_messages SET at = ${storeNow} + ?, look_at = at WHERE ${where}`,
        [...[by, ...keyOf(name)]],
      );
    else
      await this.#mysql.run(`UPDATE scheduled_messages SET look_at = NULL, failed = ? WHERE ${where}`, [
        ...[by, ...keyOf(name)],
      ]);
  }

  async #whileFree<T>(name: Name, change: (tx: Tx, key: (string | number)[]) => Promise<T>): Promise<T> {
    const key = keyOf(name);
    return this.#mysql.transaction(async (tx) => {
      const [row] = await tx.rows<{ free: number }>(
        `SELECT ${isFree} AS free FROM scheduled_messages WHERE ${where} FOR UPDATE`,
        key,
      );
      if (row === undefined) throw new BerthError('not_found', 'nothing is to be sent under this name');
      if (row.free !== 1) throw new BerthError('too_late', 'it is being sent');
      return change(tx, key);
    });
  }
}

/** When it is sent: behind what goes there at the same time already, so that what was asked for first is sent first. */
async function freeTime(tx: Tx, { user, conversation, cid, at }: DueMessage): Promise<number> {
  const [row] = await tx.rows<{ last: number | null }>(
    `SELECT MAX(at) AS last FROM scheduled_messages
     WHERE user_id = ? AND conversation_id = ? AND cid <> ? AND at BETWEEN ? AND ?`,
    [user, conversation, cid, at, at + limits.maxScheduled],
  );
  return row?.last == null ? at : Number(row.last) + 1;
}

async function find(tx: Tx, name: Name): Promise<Scheduled | undefined> {
  const [row] = await tx.rows<ScheduledRow>(
    `SELECT ${columns} FROM scheduled_messages WHERE ${where}`,
    keyOf(name),
  );
  return row && scheduledOf(row);
}

const scheduledOf = (row: ScheduledRow): Scheduled => ({
  conversation: row.conversation_id,
  cid: row.cid.toString(),
  text: row.text,
  ...(row.reply_to !== null && { replyTo: row.reply_to }),
  ...mentionsOf(row.text, row.mentions),
  at: row.at,
  ...(row.failed !== null && { failed: row.failed.toString() as ErrorCode }),
});
