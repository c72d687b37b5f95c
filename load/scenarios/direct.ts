import { Conversation } from './conversation.ts';
import { befriend } from './friends.ts';
import { Member } from './member.ts';
import { awaitTurn, ownNumber, type Prepared, profile } from './run-plan.ts';

/** One pair of friends: both write, in turn. */
export async function direct({ run, direct: people }: Prepared): Promise<void> {
  const number = ownNumber();
  const pair = people.slice(2 * number, 2 * number + 2).map((person) => new Member(person));
  await awaitTurn(2);
  try {
    await Promise.all(pair.map((member) => member.enter()));
    const conversation = await befriend(pair[0]!, pair[1]!);
    await Promise.all(pair.map((member) => member.follow(conversation)));
    const talk = new Conversation(`${run}-d${number}`, pair);
    const { perSecond } = profile.direct!;
    await talk.write({ seconds: profile.seconds, perSecond, writers: [0, 1] });
    await talk.settle();
  } finally {
    for (const member of pair) member.close();
  }
}
