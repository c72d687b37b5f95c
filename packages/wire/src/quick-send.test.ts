import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestSchemas } from './frames.ts';
import { quickSend } from './quick-send.ts';

const numbers = fc.oneof(
  fc.integer({ min: -2, max: 10 }),
  fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 2 ** 53, 1.5, -0, '1', null),
);
const texts = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc.string({ minLength: 30, maxLength: 34, unit: 'binary-ascii' }),
  fc.constantFrom('', 'é'.repeat(16), 'é'.repeat(17), '🙂'.repeat(8), '🙂'.repeat(9), '\ud800', null, 7),
);
const bodies = fc.oneof(
  fc.record(
    {
      req: numbers,
      conversation: numbers,
      cid: texts,
      text: texts,
      replyTo: numbers,
      resent: fc.constantFrom(true, false, null, 0),
      other: fc.anything(),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      req: fc.nat(),
      conversation: fc.integer({ min: 1, max: 0x7fff_ffff }),
      cid: fc.string({ minLength: 1, maxLength: 32 }),
      text: fc.string({ minLength: 1 }),
      replyTo: fc.nat(),
      resent: fc.boolean(),
    },
    { requiredKeys: ['req', 'conversation', 'cid', 'text'] },
  ),
  fc.anything(),
);

test('a body is taken as its schema takes it, and refused with the same words', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const [quick, plain] = [quickSend.safeParse(body), requestSchemas.send.safeParse(body)];
      assert.equal(quick.success, plain.success);
      assert.deepEqual(quick.data, plain.data);
      assert.deepEqual(quick.error?.issues, plain.error?.issues);
    }),
    { numRuns: 2_000 },
  );
});
