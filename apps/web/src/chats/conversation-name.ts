import type { Text } from '../i18n/catalogue.ts';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import type { Workspace } from '../state/workspace.ts';

/** What a conversation is called: the other one's alias or name, or the title of a group. */
export function conversationName(
  conversation: Conversation | undefined,
  { people }: Pick<Workspace, 'people'>,
  text: Text,
): string {
  if (!conversation) return text('app.name');
  if (conversation.kind === 'group') return conversation.title;
  const person = conversation.peer && (people.friend(conversation.peer.id) ?? conversation.peer);
  return person ? nameOf(person) : text('chats.unknown', { id: conversation.conversation });
}
