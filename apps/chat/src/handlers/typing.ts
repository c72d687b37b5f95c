import { encodeFrame, frameIds, type Pushes } from '@berth/wire';
import type { Handler } from '../context.ts';
import { writeRefusal } from '../membership/standing.ts';

/** In larger groups nobody would see who is typing, and a frame would be told to thousands. */
const maxTold = 100;

/** Tells the others in a conversation that the user is typing, as often as the rate of a session allows. */
export const typing: Handler<'typing'> = async (context, session, { conversation }) => {
  const { config, publisher, stores, typingRates } = context;
  const standing = await stores.directory.standing(conversation, session.user);
  const rules = { strangersMayWrite: config.strangersMayWrite, now: Date.now() };
  const refusal = writeRefusal(standing, rules);
  if (refusal !== undefined) throw refusal;
  if (!typingRates.take(session, conversation, performance.now())) return {};
  const typed: Pushes['typed'] = { conversation, user: session.user };
  const frame = encodeFrame(frameIds.typed, typed);
  if (standing.direct === undefined) {
    const row = (await stores.conversations.heads([conversation])).get(conversation);
    if (row === undefined || row.memberCount > maxTold) return {};
    const users = await stores.blocks.blockedBy(session.user);
    publisher.broadcast(conversation, standing.membersVersion, frame, { session: session.id, users });
  } else {
    publisher.notify(
      standing.direct.filter((user) => user !== session.user),
      frame,
    );
  }
  return {};
};
