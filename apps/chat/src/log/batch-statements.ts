import { BoundRows, executeBound, type MysqlConnection, txOn } from '@berth/mysql';
import { insertAttachments, readAttachments } from '../stores/attachment-rows.ts';
import { mentionInserts } from '../stores/mention-rows.ts';
import { insertSizes, marks, padded } from '../stores/statement-shapes.ts';
import { type BatchPlan, identityKey } from './batch-plan.ts';
import { type LogEnd, readLogEnds } from './log-ends.ts';
import { carriedIn, type MessageState, parseState } from './message-state.ts';
import { hasRows, type KnownMessage, type MessageIdentity } from './message-store.ts';

const columns = 'conversation_id, seq, uncounted, sender_id, cid, sent_at, reply_to, text';
const columnTypes = ['u32', 'u32', 'u32', 'u32', 'text', 'u64', 'u32?', 'text'] as const;
/** Identities in one look-up. */
const maxIdentities = 32;

/** The statements of a batch, each of a few fixed shapes whatever the batch's size. */
export class BatchStatements {
  /** `name:rows` → text, so that a shape is spelled once. */
  readonly #texts = new Map<string, string>();
  /** By the connection beneath the wrapper. */
  readonly #bound = new WeakMap<object, BoundRows>();

  /** Locks the rows in the order of their ids (which must be sorted), and reads the ends of their logs then. */
  async lock(
    connection: MysqlConnection,
    ids: readonly number[],
    skipLocked: boolean,
  ): Promise<Map<number, LogEnd>> {
    const list = padded(ids);
    // Without the hint a small table is scanned, and the scan would wait for rows that are not in the list.
    const sql = this.#text(skipLocked ? 'skip' : 'lock', list.length, (count) =>
      [
        'SELECT id FROM conversations FORCE INDEX (PRIMARY)',
        `WHERE id IN (${marks(count)}) ORDER BY id FOR UPDATE${skipLocked ? ' SKIP LOCKED' : ''}`,
      ].join(' '),
    );
    const rows = await selectArrays<[number]>(connection, sql, list);
    return readLogEnds(
      txOn(connection),
      rows.map(([id]) => id),
    );
  }

  /** The messages that are stored already, by `identityKey`; read with locks. */
  async known(
    connection: MysqlConnection,
    identities: readonly MessageIdentity[],
  ): Promise<Map<string, KnownMessage>> {
    const found = new Map<string, KnownMessage>();
    for (let start = 0; start < identities.length; start += maxIdentities) {
      const list = padded(identities.slice(start, start + maxIdentities));
      const sql = this.#text('known', list.length, (count) => {
        const one = '(conversation_id = ? AND sender_id = ? AND cid = ?)';
        const any = Array(count).fill(one).join(' OR ');
        return `SELECT ${columns}, attachments, state, thread_root FROM messages FORCE INDEX (messages_cid) WHERE ${any} LOCK IN SHARE MODE`;
      });
      const rows = await selectArrays<
        [
          number,
          number,
          number,
          number,
          Buffer,
          number,
          number | null,
          string,
          number,
          string | null,
          number | null,
        ]
      >(
        connection,
        sql,
        list.flatMap(({ conversation, sender, cid }) => [conversation, sender, cid]),
      );
      const places = rows.flatMap((row) => (row[8] === 0 ? [] : [{ conversation: row[0], seq: row[1] }]));
      const files = await readAttachments(txOn(connection), places);
      for (const row of rows) {
        const [conversation, seq, uncounted, sender, cid, sentAt, replyTo, text] = row;
        const key = identityKey({ conversation, sender, cid: cid.toString() });
        const attachments = files.get(`${conversation}:${seq}`);
        const state = parseState(row[9]);
        const carried = carriedIn(state);
        found.set(key, {
          ...{ seq, uncounted, sentAt, text, replyTo: replyTo ?? undefined },
          ...(attachments && { attachments }),
          ...(state?.mentions && { mentions: state.mentions }),
          ...(row[10] !== null && { thread: row[10] }),
          ...(carried && { carried }),
        });
      }
    }
    return found;
  }

  async insert(connection: MysqlConnection, rows: BatchPlan['rows'], sentAt: number): Promise<void> {
    const plain = rows.filter(({ message }) => !hasRows(message));
    await this.insertIn(connection, plain, sentAt, insertSizes(plain.length));
    if (plain.length === rows.length) return;
    const tx = txOn(connection);
    for (const { message, seq, uncounted } of rows) {
      if (!hasRows(message)) continue;
      const { conversation, sender, cid, replyTo, text, thread, attachments = [], mentions = [] } = message;
      const state: MessageState = {
        ...message.carried,
        ...(mentions.length > 0 && { mentions: [...mentions] }),
      };
      await tx.run(
        `INSERT INTO messages (${columns}, attachments, state, thread_root) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
        [
          ...[conversation, seq, uncounted, sender, cid, sentAt, replyTo ?? null, text, attachments.length],
          Object.keys(state).length === 0 ? null : JSON.stringify(state),
          thread ?? null,
        ],
      );
      await insertAttachments(tx, { conversation, seq }, attachments, message.filesOf);
      for (const one of mentionInserts({ conversation, seq }, mentions))
        await tx.run(one.sql, [...one.params!]);
    }
  }

  /** In statements of so many rows each. */
  async insertIn(
    connection: MysqlConnection,
    rows: BatchPlan['rows'],
    sentAt: number,
    sizes: readonly number[],
  ): Promise<void> {
    let start = 0;
    for (const size of sizes) {
      const sql = this.#text('insert', size, (count) => {
        const values = Array(count).fill('(?,?,?,?,?,?,?,?)').join(',');
        return `INSERT INTO messages (${columns}) VALUES ${values}`;
      });
      const from = start;
      await executeBound(connection, sql, this.#boundRows(connection), size, (bound) => {
        for (let index = from; index < from + size; index++) {
          const { message, seq, uncounted } = rows[index]!;
          bound.u32(message.conversation);
          bound.u32(seq);
          bound.u32(uncounted);
          bound.u32(message.sender);
          bound.text(message.cid);
          bound.u64(sentAt);
          if (message.replyTo === undefined) bound.absent();
          else bound.u32(message.replyTo);
          bound.text(message.text);
        }
      });
      start += size;
    }
  }

  #boundRows({ connection }: MysqlConnection): BoundRows {
    let bound = this.#bound.get(connection);
    if (bound === undefined) {
      bound = new BoundRows(columnTypes);
      this.#bound.set(connection, bound);
    }
    return bound;
  }

  #text(name: string, count: number, spell: (count: number) => string): string {
    const key = `${name}:${count}`;
    const text = this.#texts.get(key) ?? spell(count);
    this.#texts.set(key, text);
    return text;
  }
}

async function selectArrays<R extends unknown[]>(
  connection: MysqlConnection,
  sql: string,
  params: (number | string)[],
): Promise<R[]> {
  const [rows] = await connection.execute({ sql, rowsAsArray: true }, params);
  return rows as unknown as R[];
}
