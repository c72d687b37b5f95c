import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBody, encodeFrame, FrameDecoder, FrameError, framesOf } from './frame-codec.ts';

const frames = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 2_048 }), fc.string({ maxLength: 300 }))
    .map(([id, text]) => ({ id, body: { text } })),
  { maxLength: 20 },
);

test('whatever is encoded is decoded, however the stream is cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 40 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(({ id, body }) => encodeFrame(id, body)));
      const decoder = new FrameDecoder();
      const got: unknown[] = [];
      let offset = 0;
      for (const cut of [...cuts, stream.length]) {
        for (const frame of decoder.push(stream.subarray(offset, offset + cut)))
          got.push({ id: frame.id, body: decodeBody(frame.body) });
        offset = Math.min(stream.length, offset + cut);
      }
      assert.deepEqual(got, sent);
      assert.equal(decoder.pendingBytes, 0);
    }),
  );
});

test('a message of whole frames gives them, one that ends within a frame is refused', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (sent, at) => {
      const message = Buffer.concat(sent.map(({ id, body }) => encodeFrame(id, body)));
      assert.deepEqual(
        [...framesOf(message)].map((frame) => ({ id: frame.id, body: decodeBody(frame.body) })),
        sent,
      );
      if (message.length === 0) return;
      const cut = message.subarray(0, 1 + (at % message.length));
      const whole = sent.some(
        (_, i) =>
          Buffer.concat(sent.slice(0, i + 1).map((f) => encodeFrame(f.id, f.body))).length === cut.length,
      );
      if (!whole) assert.throws(() => [...framesOf(cut)], FrameError);
    }),
  );
});

test('what a decoder keeps grows with what has come, not with what was announced', () => {
  const decoder = new FrameDecoder();
  assert.deepEqual([...decoder.push(Uint8Array.of(4, 25, 0xff, 0xff, 1))], []);
  assert.equal(decoder.pendingBytes, 5);
});

test('a frame in single bytes is copied in linear time', () => {
  const decoder = new FrameDecoder();
  const stream = encodeFrame(1_049, { text: 'x'.repeat(65_000) });
  const copied = { bytes: 0 };
  const set = Uint8Array.prototype.set;
  Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
    copied.bytes += source.length;
    return set.call(this, source, offset);
  };
  let got = 0;
  try {
    for (let i = 0; i < stream.length; i++) for (const _ of decoder.push(stream.subarray(i, i + 1))) got++;
  } finally {
    Uint8Array.prototype.set = set;
  }
  assert.equal(got, 1);
  assert.ok(copied.bytes < 4 * stream.length, `${copied.bytes} bytes copied for ${stream.length}`);
});

test('a body over the limit is refused from its header', () => {
  const decoder = new FrameDecoder(100);
  assert.throws(() => [...decoder.push(Uint8Array.of(4, 25, 0, 101))], FrameError);
  const dribbled = new FrameDecoder(100);
  assert.deepEqual([...dribbled.push(Uint8Array.of(4, 25, 0))], []);
  assert.throws(() => [...dribbled.push(Uint8Array.of(101))], FrameError);
});

test('a body that is not UTF-8 or not JSON is a SyntaxError', () => {
  assert.throws(() => decodeBody(Uint8Array.of(0x22, 0xff, 0x22)), SyntaxError);
  assert.throws(() => decodeBody(Buffer.from('{"a":')), SyntaxError);
});
