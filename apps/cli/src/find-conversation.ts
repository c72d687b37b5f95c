import { BerthError, type ConversationSummary } from '@berth/client';
import type { Context } from './context.ts';
import { plain } from './terminal.ts';

/** Names spelled out when several fit. */
const maxNamed = 5;

/**
 * The conversation that a number of `/list` stands for, or a name: that of a group, or what the other one is called; its
 * beginning is enough where only one begins so. Undefined when there is none. Throws when several fit.
 */
export async function findConversation(
  { client, listed }: Context,
  argument: string,
): Promise<ConversationSummary | undefined> {
  const numbered = /^\d{1,3}$/.test(argument) ? listed[Number(argument) - 1] : undefined;
  if (numbered) return numbered;
  const wanted = argument.replace(/^@/, '').toLowerCase();
  const begun = new Map<number, ConversationSummary>();
  const pages = client.conversations({ pageSize: 200 });
  while (!pages.done) {
    for (const conversation of await pages.next()) {
      const names = namesOf(conversation).map((name) => name.toLowerCase());
      if (names.includes(wanted)) return conversation;
      if (names.some((name) => name.startsWith(wanted))) begun.set(conversation.conversation, conversation);
    }
  }
  const [only, ...others] = begun.values();
  if (others.length === 0) return only;
  const named = [...begun.values()].slice(0, maxNamed).map((one) => plain(namesOf(one)[0] ?? ''));
  throw new BerthError('bad_request', `Which one: ${named.join(', ')}${begun.size > maxNamed ? ' …' : ''}?`);
}

/** The open one, or the one that is named. Throws when there is none. */
export async function chosenConversation(context: Context, argument: string): Promise<number> {
  if (argument === '') {
    if (context.open === undefined) throw new BerthError('bad_request', '/open a conversation first.');
    return context.open;
  }
  const found = await findConversation(context, argument);
  if (!found) throw new BerthError('not_found', `There is no conversation "${plain(argument)}".`);
  return found.conversation;
}

/** What a conversation is called, what is shown first. */
export const namesOf = ({ title, peer }: Pick<ConversationSummary, 'title' | 'peer'>): string[] =>
  [title, peer?.nick, peer?.name].filter((name): name is string => name !== undefined && name !== '');
