import type { ConversationSummary } from '@berth/client';
import type { Actor } from './actor.ts';
import { answererOf, answerOf } from './answers.ts';

/** How long one reads, and types. */
const delayMs = 900;

/**
 * Lets the characters answer whoever writes to them: in a direct conversation always, in a group one of them. They
 * accept every request to be friends, and never answer each other.
 */
export function answerBack(actors: readonly Actor[]): void {
  const own = new Set(actors.map(({ id }) => id));
  for (const actor of actors) {
    const { client, character } = actor;
    const groups = new Map<number, readonly Actor[]>();
    const kinds = new Map<number, 'direct' | 'group'>();
    const learn = (conversations: readonly ConversationSummary[]) => {
      for (const { conversation, kind } of conversations) {
        kinds.set(conversation, kind);
        groups.delete(conversation);
      }
    };
    client.on('conversations', ({ conversations }) => learn(conversations));
    // A message can come before the list that has its conversation.
    const isGroup = async (conversation: number): Promise<boolean> => {
      if (!kinds.has(conversation))
        learn((await client.request('conversations', { limit: 200 })).conversations);
      return kinds.get(conversation) === 'group';
    };
    const membersOf = async (conversation: number): Promise<readonly Actor[]> => {
      const known = groups.get(conversation);
      if (known !== undefined) return known;
      const { members } = await client.request('members', { conversation, limit: 200 });
      const here = actors.filter(({ id }) => members.some((member) => member.id === id));
      groups.set(conversation, here);
      return here;
    };
    const answer = async (conversation: number, seq: number, text: string): Promise<void> => {
      client.markRead(conversation, seq);
      if (await isGroup(conversation)) {
        const here = (await membersOf(conversation)).map((member) => member.character);
        if (answererOf(here, text, seq) !== character) return;
      }
      client.typing(conversation);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await client.send(conversation, answerOf(character, seq)).whenSent();
    };
    client.on('message', ({ message, live }) => {
      if (!live || own.has(message.sender)) return;
      // Whatever keeps one from answering keeps only this answer.
      answer(message.conversation, message.seq, message.text).catch(() => {});
    });
    client.on('friendEvent', (event) => {
      if (event.event === 'requested' && event.request.direction === 'incoming')
        client.request('friendAccept', { user: event.request.id }).catch(() => {});
    });
  }
}
