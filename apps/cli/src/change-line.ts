import type { MessageChange } from '@berth/client';
import type { Context } from './context.ts';
import { saidWithNames } from './mentions.ts';
import { optionWords } from './message-line.ts';
import { briefly, messageAt } from './reply-words.ts';
import { plain } from './terminal.ts';

/** What became of a message, as a line; undefined for what says nothing any more. */
export async function changeLine(context: Context, change: MessageChange): Promise<string | undefined> {
  const { people, open, language } = context;
  await people.meet(change.conversation);
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
      return `* ${where}${name}: ${sign}${plain(change.emoji)}${await about(context, change)}`;
    }
    case 'polled': {
      const poll = (await messageAt(context, change.conversation, change.target))?.poll;
      if (!poll) return undefined;
      const said = `${plain(poll.question)}  ${optionWords({ ...poll, counts: change.counts })}`;
      if (language === 'zh') return `* ${where}投票${change.closed ? '已结束' : ''} ${said}`;
      return `* ${where}poll${change.closed ? ', closed' : ''}: ${said}`;
    }
    case 'pinned':
      if (language === 'zh')
        return `* ${where}${name}${change.on ? '置顶' : '取消置顶'}了一条消息${await about(context, change)}`;
      return `* ${where}${name} ${change.on ? 'pinned' : 'unpinned'} a message${await about(context, change)}`;
  }
}

/** Which message it is about. */
async function about(context: Context, { conversation, target }: MessageChange): Promise<string> {
  const words = await briefly(context, conversation, target);
  return words === undefined ? '' : `  (${words})`;
}
