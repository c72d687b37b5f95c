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
    case 'polled': {
      const counts = change.counts.map((count, index) => `${index + 1}: ${count}`).join(', ');
      if (language === 'zh') return `* ${where}投票${change.closed ? '已结束' : ''} ${counts}`;
      return `* ${where}poll${change.closed ? ', closed' : ''} ${counts}`;
    }
    case 'pinned':
      if (language === 'zh') return `* ${where}${name}${change.on ? '置顶' : '取消置顶'}了一条消息`;
      return `* ${where}${name} ${change.on ? 'pinned' : 'unpinned'} a message`;
  }
}
