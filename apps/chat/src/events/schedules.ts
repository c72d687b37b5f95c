import { BerthError, encodeFrame, frameIds, limits, type Mention, type Scheduled } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import { deliverBodyBytes, encodeDeliver } from '../log/deliver-frame.ts';
import { everybodyRefusal, isMember, writeRefusal } from '../membership/standing.ts';

/** What is asked to be sent later. Throws what keeps it from being sent now, and `time_refused`. */
export async function checkScheduled(
  { config, stores }: Context,
  { user: sender }: Session,
  {
    replyTo,
    mentions,
    ...wanted
  }: Omit<Scheduled, 'replyTo' | 'mentions'> & {
    replyTo?: number | undefined;
    mentions?: Mention[] | undefined;
  },
): Promise<Scheduled> {
  const { conversation, cid, text, at } = wanted;
  const now = Date.now();
  const retryAfterMs = stores.sendRates.take(sender, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  if (!text.isWellFormed() || !cid.isWellFormed())
    throw new BerthError('bad_request', 'text and cid must be well-formed Unicode');
  const more = { ...(replyTo !== undefined && { replyTo }), ...(mentions && { mentions }) };
  if (deliverBodyBytes(encodeDeliver({ conversation, sender, cid, text, ...more })) > config.maxDeliverBytes)
    throw new BerthError('too_large', `a message has at most ${config.maxDeliverBytes} bytes when encoded`);
  if (at <= now || at > now + limits.maxScheduleMs) throw new BerthError('time_refused');
  const { standing, visible } = await stores.conversations.open(conversation, sender);
  if (!isMember(standing)) throw new BerthError('not_member');
  const refusal = writeRefusal(standing, { strangersMayWrite: config.strangersMayWrite, now });
  if (refusal !== undefined && refusal.code !== 'muted') throw refusal;
  const unheard = everybodyRefusal(standing, mentions);
  if (unheard !== undefined) throw unheard;
  if (replyTo !== undefined && !visible.has(replyTo))
    throw new BerthError('bad_request', 'replyTo names no message');
  return { conversation, cid, text, ...more, at };
}

/** Tells the user's sessions what they send later, but for the one that did it. */
export function tellScheduled(
  { publisher }: Pick<Context, 'publisher'>,
  user: number,
  { conversation, cid }: Pick<Scheduled, 'conversation' | 'cid'>,
  scheduled: Scheduled | undefined,
  by?: string,
): void {
  const body = { conversation, cid, ...(scheduled && { scheduled }) };
  publisher.notify([user], encodeFrame(frameIds.scheduleChanged, body), by);
}
