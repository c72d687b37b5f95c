import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emojiLabel, emojis } from './emoji.ts';
import { findEmojiNamed } from './emoji-search.ts';
import { isEmojiOnly } from './linkify.ts';
import { matches } from './search.ts';

const found = (query: string) =>
  emojis.filter(({ words }) => matches(query, [words])).map(({ emoji }) => emoji);

test('each is one emoji as it is interchanged, there once, with a name, found in both languages', () => {
  for (const { emoji, words, names, tones } of emojis) {
    assert.ok(isEmojiOnly(emoji), emoji);
    assert.match(words, /[a-z]/i, emoji);
    assert.ok(names.length > 0 && names.every((name) => /^[a-z0-9_+-]+$/.test(name)), `${emoji} ${names}`);
    for (const toned of tones) assert.ok(isEmojiOnly(toned), toned);
  }
  assert.equal(new Set(emojis.map(({ emoji }) => emoji)).size, emojis.length);
  assert.ok(emojis.length > 1_800, `${emojis.length}`);
  for (const [query, emoji] of [
    ['帆船', '⛵'],
    ['anchor', '⚓'],
    ['鲨鱼', '🦈'],
    ['shark', '🦈'],
  ] as const)
    assert.ok(found(query).includes(emoji), query);
});

test('emoji are completed by their names, the exact one first, and have their skin tones', () => {
  const named = (typed: string) => findEmojiNamed(emojis, typed, 8).map(({ emoji }) => emoji);
  assert.equal(named('tada')[0], '🎉');
  assert.equal(named('+1')[0], '👍');
  assert.equal(named('heart')[0], '❤️');
  assert.ok(named('sail').includes('⛵'));
  assert.deepEqual(named('no_such_emoji'), []);
  const thumb = emojis.find(({ emoji }) => emoji === '👍')!;
  assert.deepEqual(thumb.tones, ['👍🏻', '👍🏼', '👍🏽', '👍🏾', '👍🏿']);
});

test('each is called something in both languages, its skin tone as well', () => {
  for (const { emoji, tones } of emojis)
    for (const one of [emoji, ...tones]) {
      assert.match(emojiLabel(one, 'en'), /\p{L}/u, one);
      assert.match(emojiLabel(one, 'zh'), /\p{Script=Han}|^(OK|DVD|DNA)$/u, one);
    }
  assert.deepEqual(
    [emojiLabel('⚓', 'en'), emojiLabel('⚓', 'zh'), emojiLabel('👍🏿', 'en')],
    ['anchor', '锚', 'thumbs up: dark skin tone'],
  );
  // Of a later version, or no emoji at all.
  assert.equal(emojiLabel('x', 'en'), 'x');
});
