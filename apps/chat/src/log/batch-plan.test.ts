import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerthError } from '@berth/wire';
import fc from 'fast-check';
import type { Standing } from '../membership/standing.ts';
import { identityKey, planBatch } from './batch-plan.ts';
import type { BatchMessage, KnownMessage, OutgoingMessage } from './message-store.ts';

const identity = fc.record({
  conversation: fc.integer({ min: 1, max: 4 }),
  sender: fc.integer({ min: 1, max: 3 }),
  cid: fc.constantFrom('a', 'b', 'c', '1:a', ':'),
});
const sent = fc.tuple(identity, fc.boolean(), fc.integer({ min: 0, max: 9 }));
const cases = fc.record({
  sent: fc.array(sent, { maxLength: 40 }),
  /** Heads of the conversations 1 to 3; the fourth is not locked. */
  heads: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)),
  known: fc.array(identity, { maxLength: 10 }),
});

const stored: KnownMessage = { seq: 1, uncounted: 0, sentAt: 1, text: '', replyTo: undefined };
const refusal = new BerthError('muted');
/** One in ten is refused. */
const isRefused = (message: OutgoingMessage) => message.text === '0';

test('seqs go on from the heads without a gap, each message once, in the order of the batch', () => {
  fc.assert(
    fc.property(cases, ({ sent, heads, known }) => {
      const batch = sent.map(
        ([identity, lookUpOnly, dice]) =>
          ({
            message: { ...identity, text: String(dice) },
            lookUpOnly,
            resent: false,
          }) as unknown as BatchMessage,
      );
      const knownKeys = new Map(known.map((one) => [identityKey(one), stored]));
      const plan = planBatch({
        batch,
        heads: new Map(heads.map((head, index) => [index + 1, { seq: head, uncounted: 0 }])),
        known: knownKeys,
        standings: batch.map(() => ({}) as Standing),
        sentAt: 7,
        serverRun: 1,
        refusalOf: (message) => (isRefused(message) ? refusal : undefined),
      });

      assert.equal(plan.outcomes.length, batch.length);
      const inserted = new Map<string, number>();
      for (const [index, outcome] of plan.outcomes.entries()) {
        const { message, lookUpOnly } = batch[index]!;
        const key = identityKey(message);
        if (message.conversation === 4) assert.equal(outcome.kind, 'locked');
        else if (knownKeys.has(key)) assert.equal(outcome.kind, 'known');
        else if (inserted.has(key)) assert.deepEqual(outcome, { kind: 'twin', of: inserted.get(key) });
        else if (lookUpOnly) assert.equal(outcome.kind, 'absent');
        else if (isRefused(message)) assert.deepEqual(outcome, { kind: 'refused', error: refusal });
        else {
          assert.equal(outcome.kind, 'stored');
          inserted.set(key, index);
        }
      }
      for (const [index, head] of heads.entries()) {
        const conversation = index + 1;
        const seqs = plan.outcomes.flatMap((outcome, at) =>
          outcome.kind === 'stored' && batch[at]!.message.conversation === conversation ? [outcome.seq] : [],
        );
        assert.deepEqual(
          seqs,
          seqs.map((_, count) => head + 1 + count),
        );
        assert.equal(plan.heads.get(conversation), seqs.at(-1));
        const rows = plan.rows.filter(({ message }) => message.conversation === conversation);
        assert.deepEqual(
          rows.map(({ seq }) => seq),
          seqs,
        );
      }
      assert.equal(plan.rows.length, inserted.size);
    }),
  );
});
