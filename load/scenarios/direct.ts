import { asPair } from './pair.ts';
import { type Prepared, profile } from './run-plan.ts';

/** One pair of friends: both write, in turn. */
export function direct({ run, direct: people }: Prepared): Promise<void> {
  const { perSecond } = profile.direct!;
  return asPair(people, `${run}-d`, (talk) =>
    talk.write({ seconds: profile.seconds, perSecond, writers: [0, 1] }),
  );
}
