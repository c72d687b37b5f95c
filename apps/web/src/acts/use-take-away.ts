import { useUndo } from '../shell/use-undo.ts';
import type { MessageSet } from '../state/message-set.ts';

/** Takes messages away at once as it shows, and in earnest when that has not been undone for a while. */
export function useTakeAway(
  conversation: number,
): (
  seqs: readonly number[],
  going: MessageSet,
  done: string,
  commit: (seqs: readonly number[]) => Promise<unknown>,
) => void {
  const offerUndo = useUndo();
  return (seqs, going, done, commit) => {
    const taken = seqs.filter((seq) => !going.has(conversation, seq));
    if (taken.length === 0) return;
    for (const seq of taken) going.add(conversation, seq);
    const show = () => {
      for (const seq of taken) going.delete(conversation, seq);
    };
    offerUndo(done, { undo: show, commit: () => commit(taken).then(show) });
  };
}
