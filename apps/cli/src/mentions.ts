import { everybody, type Mention, type Message, withNames } from '@berth/client';
import type { Context } from './context.ts';

/** `@name` at the beginning of a word; what is no member's name stays as it is typed. */
const named = /(?<![\p{L}\p{N}_.@-])@([\p{L}\p{M}\p{N}_.-]{2,32})/gu;
const all = 'all';

/** Whom a text that was typed for a conversation means. */
export async function mentionsIn(
  { people }: Pick<Context, 'people'>,
  conversation: number,
  text: string,
): Promise<Mention[]> {
  const found = [...text.matchAll(named)];
  if (found.length === 0) return [];
  const members = await people.membersOf(conversation);
  const isGroup = people.conversation(conversation)?.kind === 'group';
  return found.flatMap(({ index: at, 1: name }): Mention[] => {
    // A dot may end the sentence.
    for (let typed = name!; typed.length > 1; typed = typed.slice(0, -1)) {
      const member = members.get(typed.toLowerCase());
      const user = member?.id ?? (isGroup && typed === all ? everybody : undefined);
      if (user !== undefined) return [{ user, at, length: typed.length + 1 }];
      if (!typed.endsWith('.')) break;
    }
    return [];
  });
}

/** What a message says, with the names that those whom it means have now. */
export async function saidWithNames(
  { people, client }: Context,
  { text, mentions = [] }: Pick<Message, 'text' | 'mentions'>,
): Promise<string> {
  const names = new Map<number, string>();
  for (const { user } of mentions) {
    if (user === everybody || names.has(user)) continue;
    const me = client.account;
    names.set(user, `@${user === me?.id ? me.nick : await people.nick(user)}`);
  }
  return withNames(text, mentions, (user) => names.get(user));
}
