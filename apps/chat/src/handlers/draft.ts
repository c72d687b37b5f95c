import { BerthError, type Draft, encodeFrame, frameIds } from '@berth/wire';
import type { Handler } from '../context.ts';

/** Keeps what the user has typed and not sent, for all of their devices. */
export const draft: Handler<'draft'> = async (context, session, body) => {
  const { conversation, text, replyTo, mentions } = body;
  const { config, publisher, stores } = context;
  const retryAfterMs = stores.sendRates.take(session.user, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  if (!text.isWellFormed()) throw new BerthError('bad_request', 'text must be well-formed Unicode');
  const more = { ...(replyTo !== undefined && { replyTo }), ...(mentions && { mentions }) };
  const kept: Draft = { conversation, text, ...more, at: Date.now() };
  const frame = encodeFrame(frameIds.drafted, kept);
  if (frame.length > config.maxDeliverBytes) throw new BerthError('too_large');
  await stores.conversations.open(conversation, session.user);
  await stores.drafts.keep(session.user, kept);
  publisher.notify([session.user], frame, session.id);
  return { at: kept.at };
};
