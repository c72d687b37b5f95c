import { BerthError, encodeFrame, frameIds } from '@berth/wire';
import type { Context, Handler, Session } from '../context.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { peerOf } from '../membership/mysql-standings.ts';

/** Groups up to this size are told of their members' read marks. */
const maxTold = 100;

/** Moves the user's marks forward, never beyond the newest message and never back; what is read was received. */
export const mark: Handler<'mark'> = async (context, session, body) => {
  const { conversation, read = 0, received = 0 } = body;
  const { stores } = context;
  const row = (await stores.conversations.heads([conversation])).get(conversation);
  const member = (await stores.conversations.memberships(session.user, [conversation])).get(conversation);
  if (row === undefined || member === undefined) throw new BerthError('not_member');
  const head = Math.min(row.head, member.leftSeq ?? row.head);
  const marks = {
    read: Math.max(member.readSeq, Math.min(read, head)),
    received: Math.max(member.receivedSeq, Math.min(Math.max(read, received), head)),
  };
  const moved = { read: marks.read > member.readSeq, received: marks.received > member.receivedSeq };
  if (!moved.read && !moved.received) return marks;
  await stores.marks.write({ conversation, user: session.user }, marks);
  if (member.leftSeq === undefined) await tell(context, session, row, marks, moved.read);
  return marks;
};

/** What one has read is not for those whom one has blocked. */
async function tell(
  { stores, publisher }: Context,
  session: Session,
  row: LoggedConversation,
  marks: { read: number; received: number },
  readMoved: boolean,
): Promise<void> {
  const frame = encodeFrame(frameIds.marked, { conversation: row.id, user: session.user, ...marks });
  const peer = peerOf(row, session.user);
  if (peer !== undefined) {
    const isBlocked = await stores.blocks.has(session.user, peer);
    publisher.notify(isBlocked ? [session.user] : [peer, session.user], frame, session.id);
  } else if (readMoved && row.memberCount <= maxTold) {
    const users = await stores.blocks.blockedBy(session.user);
    publisher.broadcast(row.id, row.membersVersion, frame, { session: session.id, users });
  } else publisher.notify([session.user], frame, session.id);
}
