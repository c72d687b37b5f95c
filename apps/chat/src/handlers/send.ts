import { BerthError } from '@berth/wire';
import type { Context, Handler } from '../context.ts';
import { deliverBodyBytes, encodeDeliver } from '../log/deliver-frame.ts';
import { type Standing, writeRefusal } from '../membership/standing.ts';

/**
 * Stores a message and answers once it is committed; a resend gets the first receipt again. Every member's sessions are
 * then pushed the deliver frame, the sender's own among them but for the one that sent it and wants no echo.
 */
export const send: Handler<'send'> = async (context, session, body) => {
  const { config, sendTurns, stores } = context;
  const { conversation, cid, text, replyTo, resent } = body;
  const sender = session.user;
  const retryAfterMs = stores.sendRates.take(sender, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  // What is no Unicode text would be stored as another one.
  if (!text.isWellFormed() || !cid.isWellFormed()) {
    throw new BerthError('bad_request', 'text and cid must be well-formed Unicode');
  }
  const rules = { strangersMayWrite: config.strangersMayWrite, now: Date.now() };
  const frame = encodeDeliver({ conversation, sender, cid, text, replyTo });
  if (deliverBodyBytes(frame) > config.maxDeliverBytes) {
    throw new BerthError('too_large', `a message has at most ${config.maxDeliverBytes} bytes when encoded`);
  }
  const origin = session.echo ? undefined : session;
  const write = (standing: Standing) =>
    stores.messageWriter.write({ conversation, sender, cid, text, replyTo, resent, origin, frame, standing });
  const allowed = () => {
    const cached = stores.directory.cached(conversation, sender);
    return cached !== undefined && writeRefusal(cached, rules) === undefined ? cached : undefined;
  };
  const known = sendTurns.isTaken(conversation, sender) ? undefined : allowed();
  const receipt =
    known !== undefined
      ? await write(known)
      : await sendTurns.take(conversation, sender, async (handedOn) => {
          const standing = allowed() ?? (await reloadStanding(context, rules, conversation, sender, resent));
          const written = write(standing);
          handedOn();
          return written;
        });
  stores.marks.wrote({ conversation, user: sender }, receipt.seq);
  return receipt;
};

/**
 * A cached refusal may be behind what another node has allowed since. Throws the refusal as it is now, unless the message
 * may be stored already: then the store looks it up first.
 */
async function reloadStanding(
  { stores }: Context,
  rules: { strangersMayWrite: boolean; now: number },
  conversation: number,
  sender: number,
  resent: boolean,
): Promise<Standing> {
  const standing = await stores.directory.reload(conversation, sender);
  const refusal = writeRefusal(standing, rules);
  if (refusal !== undefined && !resent) throw refusal;
  return standing;
}
