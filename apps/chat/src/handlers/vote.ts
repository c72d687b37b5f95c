import { encodeFrame, frameIds } from '@berth/wire';
import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';

/** Chooses in a poll, in place of what was chosen before; nothing takes it back. */
export const vote: Handler<'vote'> = async (context, session, { conversation, cid, target, options }) => {
  const { stores, publisher } = context;
  const change = { conversation, sender: session.user, cid, target };
  const {
    seq = 0,
    counts,
    voters,
  } = await changeMessage(context, change, () => stores.polls.vote(change, options));
  publisher.notify(
    [session.user],
    encodeFrame(frameIds.voted, { conversation, target, options }),
    session.id,
  );
  return { conversation, seq, counts: counts!, voters: voters! };
};
