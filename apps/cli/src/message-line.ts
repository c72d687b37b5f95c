import type { Message } from '@berth/client';
import type { Context } from './context.ts';
import { plain } from './terminal.ts';

/** A message as a line; with its conversation when that is not the open one. */
export async function messageLine({ people, open }: Context, message: Message): Promise<string> {
  const time = new Date(message.sentAt).toTimeString().slice(0, 5);
  const where = message.conversation === open ? '' : `(${plain(people.title(message.conversation))}) `;
  return `${time} ${where}${plain(await people.nick(message.sender))}: ${plain(message.text)}`;
}
