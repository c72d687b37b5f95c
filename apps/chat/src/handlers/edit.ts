import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';
import { deliverBodyBytes, encodeDeliver } from '../log/deliver-frame.ts';

/** Says something else in a message of one's own, for a while after it was sent. */
export const edit: Handler<'edit'> = async (context, session, body) => {
  const { conversation, cid, target, text, mentions } = body;
  const { config } = context;
  if (!text.isWellFormed()) throw new BerthError('bad_request', 'text must be well-formed Unicode');
  const meant = mentions && { mentions };
  const frame = encodeDeliver({ conversation, sender: session.user, cid, text, replyTo: target, ...meant });
  if (deliverBodyBytes(frame) > config.maxDeliverBytes)
    throw new BerthError('too_large', `a message has at most ${config.maxDeliverBytes} bytes when encoded`);
  const change = { conversation, sender: session.user, cid, target };
  const { seq, sentAt } = await changeMessage(context, change, (changes) =>
    changes.edit(change, text, mentions),
  );
  return { conversation, seq, sentAt };
};
