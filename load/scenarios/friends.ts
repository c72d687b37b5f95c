import type { Member } from './member.ts';

/** The direct conversation of two, who become friends if they are not. */
export async function befriend(one: Member, other: Member): Promise<number> {
  try {
    const { conversation } = await one.ask('directOpen', { user: other.person.id });
    return conversation.conversation;
  } catch (error) {
    if ((error as { code?: string }).code !== 'not_friends') throw error;
  }
  await one.ask('friendRequest', { user: other.person.id });
  const { friend } = await other.ask('friendAccept', { user: one.person.id });
  return friend.conversation;
}
