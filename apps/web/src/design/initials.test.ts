import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialsOf } from './initials.ts';

test('a picture shows one or two letters of the name', () => {
  const names: [string, string][] = [
    ['mara', 'M'],
    ['Mara van der Berg', 'MB'],
    ['mara_lind', 'ML'],
    ['李小船', '李'],
    ['', '?'],
    ['\u{1F6A2}\u{1F6A2}', '\u{1F6A2}'],
    ['<img onerror=alert(1)>', 'I1'],
    ['élan', 'É'],
  ];
  for (const [name, initials] of names) assert.equal(initialsOf(name), initials, name);
});

test('any name has a picture', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      assert.ok(initialsOf(name).length > 0);
    }),
  );
});
