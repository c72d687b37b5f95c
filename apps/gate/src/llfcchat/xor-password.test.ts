import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { xorPassword } from './xor-password.ts';

/** Any UTF-16 text, lone surrogates included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 600 })
  .map((units) => String.fromCharCode(...units));

test('done twice it gives the password back, whatever it consists of', () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(xorPassword(xorPassword(text)), text)));
});

test('each UTF-16 unit is changed by the length mod 255, and by nothing else', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const changed = xorPassword(text);
      assert.equal(changed.length, text.length);
      for (let index = 0; index < text.length; index++) {
        assert.equal(changed.charCodeAt(index) ^ text.charCodeAt(index), text.length % 255);
      }
    }),
  );
});

test('a password as the Qt client sends it', () => {
  // 6 units, each XOR 6.
  assert.equal(xorPassword('abc123'), 'gde745');
  // 255 units are sent as they are.
  assert.equal(xorPassword('x'.repeat(255)), 'x'.repeat(255));
});
