import { BerthError, type Message } from '@berth/client';
import type { Context } from './context.ts';

/** Messages looked at for it. */
const lookedAt = 100;

/** The last message here of whoever is called so, by nick or name; undefined when there is none. */
export async function lastMessageOf(context: Context, name: string): Promise<Message | undefined> {
  const users = context.people.called(name.replace(/^@/, '').toLowerCase());
  return lastMessage(context, ({ sender }) => users.has(sender)).catch((error: unknown) => {
    if (error instanceof BerthError && error.code === 'not_found') return undefined;
    throw error;
  });
}

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
