import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emojis } from './emoji.ts';
import { isEmojiOnly } from './linkify.ts';

test('each of the picker’s is one emoji, there once, found in both languages', () => {
  for (const { emoji, words } of emojis) {
    assert.ok(isEmojiOnly(emoji), emoji);
    assert.match(words, /[a-z]/, emoji);
    assert.match(words, /\p{Script=Han}/u, emoji);
  }
  assert.equal(new Set(emojis.map(({ emoji }) => emoji)).size, emojis.length);
});
