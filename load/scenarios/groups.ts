import { Conversation } from './conversation.ts';
import { befriend } from './friends.ts';
import { Member } from './member.ts';
import { awaitTurn, ownNumber, type Prepared, profile } from './run-plan.ts';

/** One group: its owner knows everybody and invites them, then all write, in turn. */
export async function groups({ run, groups: people }: Prepared): Promise<void> {
  const number = ownNumber();
  const { members: size, perSecond } = profile.groups!;
  const members = people.slice(size * number, size * (number + 1)).map((person) => new Member(person));
  const [owner, ...others] = members;
  await awaitTurn(size);
  try {
    await Promise.all(members.map((member) => member.enter()));
    for (const other of others) await befriend(owner!, other);
    const { conversation } = await owner!.ask('groupCreate', {
      cid: `${run}-g${number}`,
      title: `Load ${run} ${number}`,
      members: others.map(({ person }) => person.id),
    });
    await Promise.all(members.map((member) => member.follow(conversation.conversation)));
    const talk = new Conversation(`${run}-g${number}`, members);
    await talk.write({ seconds: profile.seconds, perSecond, writers: members.map((_, index) => index) });
    await talk.settle();
  } finally {
    for (const member of members) member.close();
  }
}
