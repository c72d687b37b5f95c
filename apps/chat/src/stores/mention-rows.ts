import type { Tx } from '@berth/mysql';
import type { Mention } from '@berth/wire';

/** Where a message stands. */
interface Place {
  conversation: number;
  seq: number;
}

/** Of one message, which is being written, its conversation locked: whom it means, each once. */
export async function insertMentions(
  tx: Pick<Tx, 'run'>,
  { conversation, seq }: Place,
  mentions: readonly Mention[],
): Promise<void> {
  const users = [...new Set(mentions.map(({ user }) => user))];
  if (users.length === 0) return;
  await tx.run(
    `INSERT INTO mentions (conversation_id, user_id, seq) VALUES ${users.map(() => '(?,?,?)').join(',')}`,
    users.flatMap((user) => [conversation, user, seq]),
  );
  await tx.run('UPDATE conversations SET mentioned_seq = GREATEST(mentioned_seq, ?) WHERE id = ?', [
    ...[seq, conversation],
  ]);
}

/** The message means nobody any more. */
export async function deleteMentions(
  tx: Pick<Tx, 'run'>,
  { conversation, seq }: Place,
  mentions: readonly Mention[],
): Promise<void> {
  const users = [...new Set(mentions.map(({ user }) => user))];
  if (users.length === 0) return;
  await tx.run(
    `DELETE FROM mentions WHERE conversation_id = ? AND seq = ? AND user_id IN (${users.map(() => '?').join(',')})`,
    [conversation, seq, ...users],
  );
}
