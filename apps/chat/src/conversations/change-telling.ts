import { CommittedRuns } from '../log/committed-runs.ts';
import { encodeStored, entryMessage } from '../log/deliver-frame.ts';
import type { LogHeads } from '../log/log-heads.ts';
import type { Publisher } from '../log/publisher.ts';
import type { SettledChanges } from './change-transaction.ts';

export interface ChangesTellerOptions {
  heads: Pick<LogHeads, 'forget' | 'get'>;
  publisher: Pick<Publisher, 'deliver'>;
}

/** Tells everybody in the conversations what was committed, what follows each other in one piece, and then those who asked. */
export function tellChanges(settled: SettledChanges, { heads, publisher }: ChangesTellerOptions): void {
  const runs = new CommittedRuns((run) => publisher.deliver(run));
  const answers: (() => void)[] = [];
  for (const [{ change, done }, became] of settled) {
    if ('refusal' in became) {
      answers.push(() => done.reject(became.refusal));
      continue;
    }
    const { entry, row, released } = became;
    if (entry === undefined) {
      answers.push(() => done.resolve(undefined));
      continue;
    }
    const { conversation } = change;
    const { seq, uncounted, sentAt, sender } = entry;
    const message = entryMessage({ conversation, ...entry });
    // Its end is another one now; the next append reads it.
    heads.forget(conversation);
    runs.add(conversation, row, 0, { seq, uncounted, sentAt, sender, frame: encodeStored(message) });
    answers.push(() => done.resolve({ message, ...(released && { released }) }));
  }
  runs.end();
  for (const answer of answers) answer();
}
