import type { Message } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { oldLine } from '../log/old-lines.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';

/** Some messages of one conversation as they are told to a user, by seq: those that they see, and have not deleted. */
export async function readTold(
  { stores }: Pick<Context, 'stores'>,
  session: Pick<Session, 'user' | 'files' | 'changes'>,
  { row, visible }: { row: LoggedConversation; visible: VisibleSeqs },
  seqs: readonly number[],
): Promise<Map<number, Message>> {
  const wanted = seqs.filter((seq) => visible.has(seq)).sort((one, other) => one - other);
  if (wanted.length === 0) return new Map();
  const stored = await stores.ranges.readSeqs(row.id, wanted);
  const all = stored.flatMap(({ message }) => {
    const whole = session.files ? message : stores.fileLines.message(message);
    return (session.changes ? whole : oldLine(whole)) ?? [];
  });
  const left = await stores.hidden.without(row, session.user, all);
  const messages = await stores.reactions.own(session.user, left);
  return new Map(messages.map((message) => [message.seq, message]));
}
