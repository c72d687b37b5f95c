import { Conversation } from './conversation.ts';
import { befriend } from './friends.ts';
import { Member } from './member.ts';
import { awaitTurn, ownNumber, type Prepared, profile } from './run-plan.ts';
import { elapse } from './time.ts';

/**
 * One pair whose connections are cut, those of every pair at the same instant, while both write: each comes back by its
 * token at once, without the jitter of a good client, and has to find everything that was written meanwhile.
 */
export async function storm({ run, storm: people }: Prepared): Promise<void> {
  const number = ownNumber();
  const pair = people.slice(2 * number, 2 * number + 2).map((person) => new Member(person));
  await awaitTurn(2);
  try {
    await Promise.all(pair.map((member) => member.enter()));
    const conversation = await befriend(pair[0]!, pair[1]!);
    await Promise.all(pair.map((member) => member.follow(conversation)));
    const talk = new Conversation(`${run}-s${number}`, pair);
    const { perSecond, everySeconds } = profile.storm!;
    const writing = talk.write({ seconds: profile.seconds, perSecond, writers: [0, 1] });
    const cutting = cutWhile(() => talk.isWriting, pair, everySeconds * 1_000);
    await Promise.all([writing, cutting]);
    await talk.settle();
  } finally {
    for (const member of pair) member.close();
  }
}

/** The multiples of `everyMs` on the clock are the same instants for every virtual user. */
async function cutWhile(isWriting: () => boolean, members: Member[], everyMs: number): Promise<void> {
  for (;;) {
    await elapse(everyMs - (Date.now() % everyMs));
    if (!isWriting()) return;
    await Promise.all(members.map((member) => member.cutAndReturn()));
  }
}
