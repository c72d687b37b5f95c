import type { Message } from '@berth/client';
import type { Context } from './context.ts';
import { plain } from './terminal.ts';

/** So much of what is answered is shown. */
const shownLength = 40;

/** A message by where it stands; undefined when it cannot be had. */
export async function messageAt(
  { client }: Pick<Context, 'client'>,
  conversation: number,
  seq: number,
): Promise<Message | undefined> {
  const asked = { conversation, after: seq - 1, limit: 1 };
  const answer = await client.request('sync', asked).catch(() => undefined);
  return answer?.messages.find((message) => message.seq === seq && message.kind === undefined);
}

/** `ann: see you at…`; undefined of what was taken back, or cannot be had. */
export async function briefly(
  context: Context,
  conversation: number,
  seq: number,
): Promise<string | undefined> {
  const { people, language } = context;
  const message = await messageAt(context, conversation, seq);
  if (!message || message.recalledBy !== undefined) return undefined;
  const nick = plain(await people.nick(message.sender));
  const text = plain(message.text || (message.attachments?.[0]?.name ?? ''));
  const words = text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text;
  return language === 'zh' ? `${nick === 'you' ? '你' : nick}：${words}` : `${nick}: ${words}`;
}

/** `(to ann: see you at…)` of a message that answers another, or stands in its thread; nothing of others. */
export async function replyWords(context: Context, message: Message): Promise<string[]> {
  const { conversation, replyTo, thread } = message;
  if (replyTo === undefined) return [];
  const words = await briefly(context, conversation, replyTo);
  if (words === undefined) return [];
  const isBelow = thread === replyTo;
  if (context.language === 'zh') return [`（${isBelow ? '话题' : '回复'}${words}）`];
  return [`(${isBelow ? 'in the thread of' : 'to'} ${words})`];
}
