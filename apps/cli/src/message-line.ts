import type { Message, Poll } from '@berth/client';
import type { Context } from './context.ts';
import { entryLine } from './entry-line.ts';
import { fileSize } from './file-line.ts';
import { saidWithNames } from './mentions.ts';
import { replyWords } from './reply-words.ts';
import { plain } from './terminal.ts';

/** A message as a line, with its conversation when that is not the open one; undefined for what shows nothing. */
export async function messageLine(context: Context, message: Message): Promise<string | undefined> {
  if (message.kind !== undefined) return entryLine(context, message);
  const { people, open } = context;
  const time = new Date(message.sentAt).toTimeString().slice(0, 5);
  const where = message.conversation === open ? '' : `(${plain(people.title(message.conversation))}) `;
  const words = [
    ...(await replyWords(context, message)),
    await said(context, message),
    ...fileWords(context, message),
    threadWords(context, message),
  ].filter((each) => each !== '');
  return `${time} ${where}${plain(await people.nick(message.sender))}: ${words.join(' ')}`;
}

async function said(context: Context, message: Message): Promise<string> {
  const { recalledBy, unkept, editedAt, forwarded, poll } = message;
  if (unkept)
    return context.language === 'zh'
      ? '（之后被编辑过，当时的内容没有保留）'
      : '(edited later; what it said before was not kept)';
  if (recalledBy !== undefined) return context.language === 'zh' ? '（已撤回）' : '(taken back)';
  if (poll) {
    return `📊 ${plain(poll.question)}  ${optionWords(poll)}`;
  }
  const origin = forwarded === undefined ? '' : `↪ ${plain(forwarded.name)}: `;
  return `${origin}${plain(await saidWithNames(context, message))}${editedAt === undefined ? '' : ' ✎'}`;
}

/** `1. pier (0)  2. quay (1)`: the number is what `/vote` takes. */
export const optionWords = ({ options, counts }: Pick<Poll, 'options' | 'counts'>): string =>
  options.map((option, index) => `${index + 1}. ${plain(option)} (${counts[index] ?? 0})`).join('  ');

/** `[2 replies]` of a message with a thread; nothing of others. */
function threadWords({ language }: Context, { replies }: Message): string {
  if (!replies) return '';
  if (language === 'zh') return `[${replies.count} 条回复]`;
  return `[${replies.count} ${replies.count === 1 ? 'reply' : 'replies'}]`;
}

/** Files that can be saved by their number; the oldest go first. */
const maxShown = 1_000;

/** `[3] pier.jpg (1.2 MB)`: the number is what `/save` takes; the same file keeps it. */
function fileWords(
  { shown }: Context,
  { conversation, seq, attachments = [], recalledBy }: Message,
): string[] {
  if (recalledBy !== undefined) return [];
  return attachments.map(({ file, name, bytes }) => {
    const known = [...shown].find(([, each]) => each.file === file && each.seq === seq)?.[0];
    const number = known ?? ([...shown.keys()].at(-1) ?? 0) + 1;
    shown.set(number, { file, name, conversation, seq });
    if (shown.size > maxShown) shown.delete(shown.keys().next().value!);
    return `[${number}] ${plain(name)} (${fileSize(bytes)})`;
  });
}
