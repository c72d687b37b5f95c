import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBody, FrameDecoder, frameIds, limits, type Message } from '@berth/wire';
import fc from 'fast-check';
import { deliverBodyBytes, encodeDeliver, encodeStored, stampDeliver } from './deliver-frame.ts';

const messages = fc.record(
  {
    conversation: fc.integer({ min: 1, max: 0x7fff_ffff }),
    seq: fc.integer({ min: 1, max: 0xffff_ffff }),
    sender: fc.integer({ min: 1, max: 0x7fff_ffff }),
    cid: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    sentAt: fc.integer({ min: 1, max: 9_999_999_999_999 }),
    text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
    replyTo: fc.integer({ min: 1, max: 0xffff_ffff }),
  },
  { requiredKeys: ['conversation', 'seq', 'sender', 'cid', 'sentAt', 'text'] },
);

test('a frame says what the message says, and its size is known before its seq is', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const { seq, sentAt, ...rest } = message as Message;
      const frame = encodeDeliver(rest);
      const size = deliverBodyBytes(frame);
      stampDeliver(frame, seq, sentAt);
      const [raw, ...others] = [...new FrameDecoder().push(frame)];
      assert.equal(others.length, 0);
      assert.equal(raw!.id, frameIds.deliver);
      assert.equal(raw!.body.length, size);
      assert.deepEqual(decodeBody(raw!.body), { ...message });
      assert.deepEqual(encodeStored(message as Message), frame);
    }),
  );
});

test('a text too large for any frame still has a size to refuse it by', () => {
  const frame = encodeDeliver({ conversation: 1, sender: 1, cid: 'a', text: '\u0000'.repeat(20_000) });
  assert.ok(deliverBodyBytes(frame) > limits.maxBodyBytes);
});
