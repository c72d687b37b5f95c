import { type RequestBody, requestSchemas } from './frames.ts';
import { limits } from './limits.ts';

const { send } = requestSchemas;
const ascii = /^[\0-\x7f]*$/;

/**
 * The schema of a send, which is most of what a node parses, with a quick way for the bodies that clients really send. It
 * takes nothing that the schema would not take, and says the same of it; all others are the schema's to judge.
 */
export const quickSend = {
  safeParse(body: unknown): ReturnType<typeof send.safeParse> {
    const data = known(body);
    return data === undefined ? send.safeParse(body) : { success: true, data };
  },
};

function known(body: unknown): RequestBody<'send'> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const sent = body as Record<string, unknown>;
  const { req, conversation, cid, text, replyTo, resent } = sent;
  const { attachments, mentions, thread, forward, poll } = sent;
  if ((attachments ?? mentions ?? thread ?? forward ?? poll) !== undefined) return undefined;
  if (!isInteger(req, 0, 0xffff_ffff) || !isInteger(conversation, 1, 0x7fff_ffff)) return undefined;
  if (typeof cid !== 'string' || cid.length === 0 || cid.length > limits.maxCidBytes) return undefined;
  if (!ascii.test(cid) || typeof text !== 'string' || text.length === 0) return undefined;
  if (resent !== undefined && typeof resent !== 'boolean') return undefined;
  if (replyTo === undefined) return { req, conversation, cid, text, resent: resent === true };
  if (!isInteger(replyTo, 0, 0xffff_ffff)) return undefined;
  return { req, conversation, cid, text, replyTo, resent: resent === true };
}

const isInteger = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
