import type { Member } from './member.ts';
import { asPair } from './pair.ts';
import { type Prepared, profile } from './run-plan.ts';
import { elapse } from './time.ts';

/**
 * One pair whose connections are cut, those of every pair at the same instant, while both write: each comes back by its
 * token at once, without the jitter of a good client, and has to find everything that was written meanwhile.
 */
export function storm({ run, storm: people }: Prepared): Promise<void> {
  const { perSecond, everySeconds } = profile.storm!;
  return asPair(people, `${run}-s`, (talk, pair) =>
    Promise.all([
      talk.write({ seconds: profile.seconds, perSecond, writers: [0, 1] }),
      cutWhile(() => talk.isWriting, pair, everySeconds * 1_000),
    ]),
  );
}

/** The multiples of `everyMs` on the clock are the same instants for every virtual user. */
async function cutWhile(isWriting: () => boolean, members: Member[], everyMs: number): Promise<void> {
  for (;;) {
    await elapse(everyMs - (Date.now() % everyMs));
    if (!isWriting()) return;
    await Promise.all(members.map((member) => member.cutAndReturn()));
  }
}
