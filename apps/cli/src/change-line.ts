import type { MessageChange } from '@berth/client';
import type { Context } from './context.ts';
import { saidWithNames } from './mentions.ts';
import { plain } from './terminal.ts';

/** What became of a message, as a line; undefined for what says nothing any more. */
export async function changeLine(context: Context, change: MessageChange): Promise<string | undefined> {
  const { people, open, language } = context;
  const where = change.conversation === open ? '' : `(${plain(people.title(change.conversation))}) `;
  const nick = plain(await people.nick(change.sender));
  const name = language === 'zh' && nick === 'you' ? '你' : nick;
  switch (change.kind) {
    case 'edited':
      return change.text === ''
        ? undefined
        : `✎ ${where}${name}: ${plain(await saidWithNames(context, change))}`;
    case 'recalled':
      return `* ${where}${language === 'zh' ? `${name}撤回了一条消息` : `${name} took a message back`}`;
    case 'reacted': {
      const sign = change.on ? '' : '−';
      return `* ${where}${name}: ${sign}${plain(change.emoji)}`;
    }
  }
}
