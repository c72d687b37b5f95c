import type { Person } from './accounts.ts';
import { Conversation } from './conversation.ts';
import { befriend } from './friends.ts';
import { Member } from './member.ts';
import { awaitTurn, ownNumber } from './run-plan.ts';

/**
 * Lets this virtual user's two of `people` enter, become friends and follow their conversation; then does `task`, waits until
 * everything has come, and leaves. `name`: what the texts begin with.
 */
export async function asPair(
  people: readonly Person[],
  name: string,
  task: (talk: Conversation, pair: Member[]) => Promise<unknown>,
): Promise<void> {
  const number = ownNumber();
  const pair = people.slice(2 * number, 2 * number + 2).map((person) => new Member(person));
  await awaitTurn(2);
  try {
    await Promise.all(pair.map((member) => member.enter()));
    const conversation = await befriend(pair[0]!, pair[1]!);
    await Promise.all(pair.map((member) => member.follow(conversation)));
    const talk = new Conversation(`${name}${number}`, pair);
    await task(talk, pair);
    await talk.settle();
  } finally {
    for (const member of pair) member.close();
  }
}
