import { BerthError, type Message } from '@berth/client';
import type { Context } from './context.ts';

/** Messages looked at for it. */
const lookedAt = 100;

/** The last message of the open conversation that fits and was not taken back. */
export async function lastMessage(
  { client, open }: Context,
  fits: (message: Message) => boolean,
): Promise<Message> {
  if (open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
  const messages = await client.history(open, { pageSize: lookedAt }).next();
  const last = messages.findLast(
    (message) => message.kind === undefined && message.recalledBy === undefined && fits(message),
  );
  if (last === undefined) throw new BerthError('not_found', 'There is no such message here.');
  return last;
}
