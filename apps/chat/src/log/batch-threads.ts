import type { Tx } from '@berth/mysql';
import { BerthError, everybody } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import type { BatchPlan } from './batch-plan.ts';
import { textKind } from './entry-kinds.ts';
import type { BatchMessage, OutgoingMessage } from './message-store.ts';

const rootKey = (conversation: number, seq: number): string => `${conversation}:${seq}`;

/** The threads of one batch's replies, under the locks of its conversations. */
export class BatchThreads {
  /** By `rootKey` whose they are. */
  readonly #roots: ReadonlyMap<string, number>;

  private constructor(roots: ReadonlyMap<string, number>) {
    this.#roots = roots;
  }

  /** Reads nothing where nobody replies in a thread. */
  static async read(tx: Tx, batch: readonly BatchMessage[]): Promise<BatchThreads> {
    const places = batch.flatMap(({ message: { conversation, thread } }) =>
      thread === undefined ? [] : [{ conversation, thread }],
    );
    const roots = new Map<string, number>();
    await inChunks(places, 64, async (chunk) => {
      const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
      const rows = await tx.rows<{ conversation_id: number; seq: number; sender_id: number }>(
        `SELECT conversation_id, seq, sender_id FROM messages FORCE INDEX (PRIMARY)
         WHERE (${any}) AND kind = ${textKind} AND thread_root IS NULL`,
        chunk.flatMap(({ conversation, thread }) => [conversation, thread]),
      );
      for (const { conversation_id, seq, sender_id } of rows)
        roots.set(rootKey(conversation_id, seq), sender_id);
    });
    return new BatchThreads(roots);
  }

  /** A thread stands below a message that is of none itself. */
  refusal({ conversation, thread }: OutgoingMessage): BerthError | undefined {
    if (thread === undefined || this.#roots.has(rootKey(conversation, thread))) return undefined;
    return new BerthError('bad_request', 'thread names no message');
  }

  /** In the transaction that stores the messages. */
  async keep(tx: Tx, rows: BatchPlan['rows']): Promise<void> {
    for (const { message, seq } of rows) {
      const { conversation, sender, thread } = message;
      if (thread === undefined) continue;
      await tx.run('INSERT INTO thread_replies (conversation_id, root_seq, seq) VALUES (?, ?, ?)', [
        ...[conversation, thread, seq],
      ]);
      await tx.run(
        `INSERT INTO threads (conversation_id, root_seq, replies, last_seq) VALUES (?, ?, 1, ?)
         ON DUPLICATE KEY UPDATE replies = replies + 1, last_seq = VALUES(last_seq)`,
        [conversation, thread, seq],
      );
      // Whoever began it hears of it, and who is meant there; who writes has read what was there.
      const author = this.#roots.get(rootKey(conversation, thread))!;
      const meant = (message.mentions ?? []).map(({ user }) => user).filter((user) => user !== everybody);
      const users = [...new Set([author, sender, ...meant])];
      await tx.run(
        `INSERT INTO thread_marks (conversation_id, user_id, root_seq, read_seq)
         VALUES ${users.map(() => '(?, ?, ?, ?)').join(', ')}
         ON DUPLICATE KEY UPDATE read_seq = GREATEST(read_seq, VALUES(read_seq))`,
        users.flatMap((user) => [conversation, user, thread, user === sender ? seq : 0]),
      );
      await tx.run('UPDATE conversations SET threaded = 1 WHERE id = ? AND threaded = 0', [conversation]);
    }
  }
}
