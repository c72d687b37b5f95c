import type { Message } from '@berth/client';
import type { Context } from './context.ts';
import { plain } from './terminal.ts';

/** So much of what is answered is shown. */
const shownLength = 40;

/** `(to ann: see you at…)` of a message that answers another; nothing of others. */
export async function replyWords(
  { client, people, language }: Context,
  { conversation, replyTo }: Message,
): Promise<string[]> {
  if (replyTo === undefined) return [];
  const asked = { conversation, after: replyTo - 1, limit: 1 };
  const answer = await client.request('sync', asked).catch(() => undefined);
  const original = answer?.messages.find(({ seq }) => seq === replyTo);
  if (!original || original.recalledBy !== undefined) return [];
  const nick = plain(await people.nick(original.sender));
  const text = plain(original.text);
  const words = text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text;
  return [language === 'zh' ? `（回复${nick === 'you' ? '你' : nick}：${words}）` : `(to ${nick}: ${words})`];
}
