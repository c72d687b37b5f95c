import type { Message } from '@berth/client';
import type { Context } from './context.ts';
import { entryLine } from './entry-line.ts';
import { plain } from './terminal.ts';

/** A message as a line, with its conversation when that is not the open one; undefined for what shows nothing. */
export async function messageLine(context: Context, message: Message): Promise<string | undefined> {
  if (message.kind !== undefined) return entryLine(context, message);
  const { people, open, language } = context;
  const time = new Date(message.sentAt).toTimeString().slice(0, 5);
  const where = message.conversation === open ? '' : `(${plain(people.title(message.conversation))}) `;
  return `${time} ${where}${plain(await people.nick(message.sender))}: ${said(message, language)}`;
}

function said({ text, recalledBy, editedAt }: Message, language: Context['language']): string {
  if (recalledBy !== undefined) return language === 'zh' ? '（已撤回）' : '(taken back)';
  return editedAt === undefined ? plain(text) : `${plain(text)} ✎`;
}
