import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identityKey, planBatch } from './batch-plan.ts';
import type { KnownMessage } from './message-store.ts';

const message = fc.record({
  conversation: fc.integer({ min: 1, max: 4 }),
  sender: fc.integer({ min: 1, max: 3 }),
  cid: fc.constantFrom('a', 'b', 'c', '1:a', ':'),
  lookUpOnly: fc.boolean(),
});
const batches = fc.record({
  messages: fc.array(message, { maxLength: 40 }),
  heads: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100)),
  known: fc.array(message, { maxLength: 10 }),
});

test('seqs go on from the heads without a gap, each message once, in the order of the batch', () => {
  fc.assert(
    fc.property(batches, ({ messages, heads, known }) => {
      const headOf = new Map(heads.map((head, index) => [index + 1, head]));
      const stored: KnownMessage = { seq: 1, sentAt: 1, text: '', replyTo: undefined };
      const knownKeys = new Map(known.map((one) => [identityKey(one), stored]));
      const plan = planBatch(
        messages.map((message) => ({ message, lookUpOnly: message.lookUpOnly })),
        headOf,
        knownKeys,
      );

      assert.equal(plan.steps.length, messages.length);
      const inserted = new Map<string, number>();
      for (const [index, step] of plan.steps.entries()) {
        const key = identityKey(messages[index]!);
        assert.equal(step.kind === 'known', knownKeys.has(key));
        if (step.kind === 'insert') {
          assert.ok(!inserted.has(key));
          assert.ok(!messages[index]!.lookUpOnly);
          inserted.set(key, index);
        } else if (step.kind === 'twin') assert.equal(step.of, inserted.get(key));
        else if (step.kind === 'absent') assert.ok(messages[index]!.lookUpOnly && !inserted.has(key));
      }
      for (const [conversation, head] of headOf) {
        const seqs = plan.steps.flatMap((step, index) =>
          step.kind === 'insert' && messages[index]!.conversation === conversation ? [step.seq] : [],
        );
        assert.deepEqual(
          seqs,
          seqs.map((_, index) => head + 1 + index),
        );
        assert.equal(plan.heads.get(conversation), seqs.at(-1));
      }
      for (const one of messages) {
        const key = identityKey(one);
        if (!one.lookUpOnly && !knownKeys.has(key)) assert.ok(inserted.has(key));
      }
    }),
  );
});
