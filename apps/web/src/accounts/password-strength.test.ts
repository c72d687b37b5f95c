import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { strengthOf } from './password-strength.ts';

test('what guessers try first is weak, long and varied is strong', () => {
  for (const weak of ['password', 'Password1', '12345678', 'aaaaaaaaaaaa', 'qwerty12', 'abcdefgh']) {
    assert.ok(strengthOf(weak) <= 1, `${weak} is ${strengthOf(weak)}`);
  }
  assert.equal(strengthOf('aaaaaaaaaaaa'), 0);
  for (const strong of ['correct horse battery staple', 'v9#Lq!tR2m&Zx', '港口的灯在夜里亮着呢']) {
    assert.ok(strengthOf(strong) >= 3, `${strong} is ${strengthOf(strong)}`);
  }
});

test('a password made of the own name is weaker than one that is not', () => {
  assert.ok(strengthOf('marianne2024', ['marianne']) < strengthOf('marianne2024'));
});

test('more characters never make it weaker, and every text has a strength', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (start, end) => {
      const strength = strengthOf(start);
      assert.ok(strength >= 0 && strength <= 4);
      assert.ok(strengthOf(`${start}\u{1F6A2} ${end}`.repeat(12)) >= 3);
    }),
  );
});
