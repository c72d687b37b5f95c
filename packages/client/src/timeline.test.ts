import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import fc from 'fast-check';
import { Timeline } from './timeline.ts';

const message = (seq: number): Message => ({
  ...{ conversation: 1, seq, sender: 2, cid: `c${seq}`, sentAt: seq, text: `text ${seq}` },
});

const seqs = (messages: Message[]): number[] => messages.map(({ seq }) => seq);

test('pushes in any order, doubled and lost, come out in order and once, when each gap is read', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 40 }),
      fc.array(fc.integer({ min: 1, max: 45 }), { maxLength: 120 }),
      fc.integer({ min: 1, max: 7 }),
      (mark, count, order, pageSize) => {
        const head = mark + count;
        const timeline = new Timeline(mark);
        const out: number[] = [];
        for (const seq of order) if (seq <= head) out.push(...seqs(timeline.take(message(seq))));
        timeline.heard(head);
        while (timeline.hasGap) {
          const after = timeline.mark;
          const upTo = Math.min(head, after + pageSize);
          const page = Array.from({ length: upTo - after }, (_, index) => message(after + 1 + index));
          out.push(...seqs(timeline.cover(after, upTo, page)));
        }
        assert.deepEqual(
          out,
          Array.from({ length: count }, (_, index) => mark + 1 + index),
        );
        assert.equal(timeline.mark, head);
      },
    ),
  );
});

test('what this user may not see is no gap once the range has been read', () => {
  const timeline = new Timeline(3);
  assert.deepEqual(seqs(timeline.take(message(9))), []);
  assert.equal(timeline.gapLength, 5);
  assert.deepEqual(seqs(timeline.cover(3, 9, [message(7), message(9)])), [7, 9]);
  assert.equal(timeline.mark, 9);
  assert.equal(timeline.hasGap, false);
});

test('a range read that begins above the mark proves nothing', () => {
  const timeline = new Timeline(3);
  assert.deepEqual(timeline.cover(5, 8, [message(6)]), []);
  assert.equal(timeline.mark, 3);
});

test('a gap that is passed over loses no message in hand', () => {
  const timeline = new Timeline(0);
  timeline.take(message(50));
  timeline.heard(60);
  assert.deepEqual(timeline.skip(55), { from: 1, to: 49 });
  assert.deepEqual(seqs(timeline.handOn()), [50]);
  assert.equal(timeline.mark, 50);
});

test('messages far ahead of a gap are bounded and come again by the range', () => {
  const timeline = new Timeline(0);
  for (let seq = 2; seq <= 3_000; seq++) timeline.take(message(seq));
  const ready = seqs(timeline.take(message(1)));
  assert.equal(ready.length, 1_001);
  assert.equal(timeline.mark, 1_001);
  assert.equal(timeline.hasGap, true);
});
