import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextDecoder as Decoder, TextEncoder as Encoder } from './text-coding.ts';

const text = fc.string({ unit: 'binary', maxLength: 200 });

test('texts become the bytes that they are in Node, and texts again', () => {
  fc.assert(
    fc.property(text, (value) => {
      const bytes = new Encoder().encode(value);
      assert.deepEqual(bytes, new TextEncoder().encode(value));
      assert.equal(new Decoder().decode(bytes), value);
    }),
  );
});

test('what does not fit ends before a character, as in Node', () => {
  fc.assert(
    fc.property(text, fc.nat(64), (value, room) => {
      const [own, nodes] = [new Uint8Array(room), new Uint8Array(room)];
      const { read, written } = new TextEncoder().encodeInto(value, nodes);
      assert.deepEqual(new Encoder().encodeInto(value, own), { read, written });
      assert.deepEqual(own, nodes);
    }),
  );
});

test('bytes that are no UTF-8 are refused, and no others', () => {
  const nodes = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  const lead = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
    0xa0,
    0x9f,
    0x90,
  );
  fc.assert(
    fc.property(fc.array(lead, { maxLength: 8 }), (values) => {
      const bytes = Uint8Array.from(values);
      assert.equal(decode(new Decoder(), bytes), decode(nodes, bytes));
    }),
  );
});
