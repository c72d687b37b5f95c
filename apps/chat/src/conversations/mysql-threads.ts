import type { Message, Replies } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';

/** Bytes of what is told of a thread below a message, at most. */
export const repliesBytes = ',"replies":{"count":4294967295,"last":4294967295,"read":4294967295}'.length;

/** A conversation, and whether there are threads in it. */
interface Threaded {
  id: number;
  threaded: boolean;
}

interface ThreadRow {
  root_seq: number;
  replies: number;
  last_seq: number;
  read_seq: number | null;
}

/** Threads below messages, and how far users have read them. */
export class MysqlThreads {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Says of each message of a page what stands below it, for a user who sees nothing above `upTo`. */
  async told(
    { id, threaded }: Threaded,
    user: number,
    page: readonly Message[],
    upTo: number,
  ): Promise<readonly Message[]> {
    const roots = page.flatMap(({ seq, kind, thread }) =>
      kind === undefined && thread === undefined ? [seq] : [],
    );
    if (!threaded || roots.length === 0) return page;
    const rows: ThreadRow[] = [];
    await inChunks(roots, 256, async (chunk) => {
      const found = await this.#mysql.rows<ThreadRow>(
        `SELECT t.root_seq, t.replies, t.last_seq, m.read_seq
         FROM threads t LEFT JOIN thread_marks m
           ON m.conversation_id = t.conversation_id AND m.user_id = ? AND m.root_seq = t.root_seq
         WHERE t.conversation_id = ? AND t.root_seq IN (${marks(chunk.length)})`,
        [user, id, ...chunk],
      );
      rows.push(...found);
    });
    const found = new Map<number, Replies>();
    for (const row of await this.#upTo(id, rows, upTo))
      if (row.replies > 0) found.set(row.root_seq, repliesOf(row));
    return found.size === 0
      ? page
      : page.map((message) => {
          const replies = found.get(message.seq);
          return replies === undefined ? message : { ...message, replies };
        });
  }

  /** Threads as a former member knows them. */
  async #upTo(conversation: number, rows: readonly ThreadRow[], upTo: number): Promise<ThreadRow[]> {
    const beyond = rows.filter(({ last_seq }) => last_seq > upTo).map(({ root_seq }) => root_seq);
    const seen = new Map<number, Pick<ThreadRow, 'replies' | 'last_seq'>>();
    await inChunks(beyond, 256, async (chunk) => {
      const found = await this.#mysql.rows<{ root_seq: number; replies: number; last_seq: number }>(
        `SELECT root_seq, COUNT(*) AS replies, MAX(seq) AS last_seq FROM thread_replies
         WHERE conversation_id = ? AND root_seq IN (${marks(chunk.length)}) AND seq <= ? GROUP BY root_seq`,
        [conversation, ...chunk, upTo],
      );
      for (const { root_seq, replies, last_seq } of found)
        seen.set(root_seq, { replies: Number(replies), last_seq: Number(last_seq) });
    });
    return rows.map((row) =>
      row.last_seq <= upTo ? row : { ...row, ...(seen.get(row.root_seq) ?? { replies: 0, last_seq: 0 }) },
    );
  }

  /** The seqs of the newest replies below `before`, ascending. */
  async repliesBefore(conversation: number, root: number, before: number, limit: number): Promise<number[]> {
    const rows = await this.#mysql.rows<{ seq: number }>(
      `SELECT seq FROM thread_replies WHERE conversation_id = ? AND root_seq = ? AND seq < ?
       ORDER BY seq DESC LIMIT ?`,
      [conversation, root, before, String(limit)],
    );
    return rows.map(({ seq }) => seq).reverse();
  }

  /** Never back; what it is then. */
  async mark(conversation: number, user: number, root: number, read: number): Promise<number> {
    await this.#mysql.run(
      `INSERT INTO thread_marks (conversation_id, user_id, root_seq, read_seq) VALUES (?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE read_seq = GREATEST(read_seq, VALUES(read_seq))`,
      [conversation, user, root, read],
    );
    const [row] = await this.#mysql.rows<{ read_seq: number }>(
      'SELECT read_seq FROM thread_marks WHERE conversation_id = ? AND user_id = ? AND root_seq = ?',
      [conversation, user, root],
    );
    return row?.read_seq ?? read;
  }
}

const repliesOf = ({ replies: count, last_seq: last, read_seq }: ThreadRow): Replies => ({
  count,
  last,
  ...(read_seq !== null && { read: read_seq }),
});
