import type { Statement } from '@berth/mysql';
import type { Mention } from '@berth/wire';

/** Where a message stands. */
interface Place {
  conversation: number;
  seq: number;
}

/** Of one message, which is being written, its conversation locked: whom it means, each once. */
export function mentionInserts({ conversation, seq }: Place, mentions: readonly Mention[]): Statement[] {
  const users = [...new Set(mentions.map(({ user }) => user))];
  if (users.length === 0) return [];
  return [
    {
      sql: `INSERT INTO mentions (conversation_id, user_id, seq) VALUES ${users.map(() => '(?,?,?)').join(',')}`,
      params: users.flatMap((user) => [conversation, user, seq]),
    },
    {
      sql: 'UPDATE conversations SET mentioned_seq = GREATEST(mentioned_seq, ?) WHERE id = ?',
      params: [seq, conversation],
    },
  ];
}

/** The message means nobody any more. */
export function mentionDeletes({ conversation, seq }: Place, mentions: readonly Mention[]): Statement[] {
  const users = [...new Set(mentions.map(({ user }) => user))];
  if (users.length === 0) return [];
  const these = users.map(() => '?').join(',');
  return [
    {
      sql: `DELETE FROM mentions WHERE conversation_id = ? AND seq = ? AND user_id IN (${these})`,
      params: [conversation, seq, ...users],
    },
  ];
}
