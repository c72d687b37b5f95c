import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerBatch } from '@berth/contracts/chat';
import fc from 'fast-check';
import { type EncodedEntry, encodeBatch, encodeEntry } from './peer-codec.ts';
import { PeerQueue } from './peer-queue.ts';

const message = (conversation: number, seq: number, bytes: number): EncodedEntry =>
  encodeEntry(
    {
      $case: 'deliver',
      value: {
        conversation,
        seq,
        membersVersion: 1,
        sender: 1,
        uncounted: 0,
        serverRun: 0,
        sentAt: 0,
        exceptUsers: [],
        traceparent: '',
        frame: Buffer.alloc(bytes),
      },
    },
    conversation,
  );

test('a batch of encoded entries is what the contract says', () => {
  const frame = fc.uint8Array({ maxLength: 70_000, size: 'max' });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 0x7fffffff }), fc.nat(), frame), { maxLength: 5 }),
      (messages) => {
        const values = messages.map(([conversation, seq, bytes]) => ({
          conversation,
          seq,
          membersVersion: 3,
          uncounted: 0,
          serverRun: 0,
          sentAt: 0,
          exceptUsers: [],
          traceparent: '',
          sender: 9,
          frame: Buffer.from(bytes),
        }));
        const batch = encodeBatch(values.map((value) => encodeEntry({ $case: 'deliver', value })));
        assert.deepEqual(
          PeerBatch.decode(batch).entries.map(({ entry }) => entry?.value),
          values,
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('every message is taken in order, or its conversation is told as dropped; memory stays bounded', () => {
  const maxBytes = 2_000;
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('push' as const),
      conversation: fc.integer({ min: 1, max: 5 }),
      bytes: fc.integer({ min: 0, max: 600 }),
    }),
    fc.record({ kind: fc.constant('take' as const), maxBytes: fc.integer({ min: 1, max: 1_500 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = new PeerQueue(maxBytes);
      const pushed: { conversation: number; seq: number }[] = [];
      const taken: { conversation: number; seq: number }[] = [];
      const dropped = new Set<number>();
      const take = (bytes: number) => {
        for (const { entry } of PeerBatch.decode(encodeBatch(queue.take(bytes))).entries)
          if (entry?.$case === 'deliver') taken.push(entry.value);
          else if (entry?.$case === 'dropped') for (const id of entry.value.conversations) dropped.add(id);
      };
      for (const [seq, step] of steps.entries())
        if (step.kind === 'push') {
          pushed.push({ conversation: step.conversation, seq });
          queue.push(message(step.conversation, seq, step.bytes));
          assert.ok(queue.bytes <= maxBytes);
        } else take(step.maxBytes);
      while (!queue.isEmpty) take(10_000);
      assert.equal(queue.bytes, 0);
      const order = taken.map(({ seq }) => seq);
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      for (const { conversation, seq } of pushed)
        assert.ok(order.includes(seq) || dropped.has(conversation), `${seq} of ${conversation}`);
    }),
  );
});

test('queues together hold no more than the process may, and what is gone makes room', () => {
  const budget = { bytes: 0, maxBytes: 1_000 };
  const queues = Array.from({ length: 5 }, () => new PeerQueue(400, budget));
  const kept = queues.map((queue) => queue.push(message(1, 1, 300)));
  assert.deepEqual(kept, [true, true, true, false, false]);
  assert.ok(budget.bytes <= 1_000);
  queues[0]!.clear();
  assert.equal(queues[4]!.push(message(1, 2, 300)), true);
  queues[1]!.take(10_000);
  assert.equal(queues[3]!.push(message(1, 2, 300)), true);
  for (const queue of queues) queue.clear();
  assert.equal(budget.bytes, 0);
});

test('a loss that is more than messages of one conversation is told as everything', () => {
  const queue = new PeerQueue(1_000);
  queue.drop(7);
  queue.drop(undefined);
  const [told] = PeerBatch.decode(encodeBatch(queue.take(1_000))).entries;
  assert.deepEqual(told?.entry, { $case: 'dropped', value: { conversations: [], all: true } });
  assert.ok(queue.isEmpty);
});
