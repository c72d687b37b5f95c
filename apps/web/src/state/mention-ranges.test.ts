import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { movedMentions, trimmedWords } from './mention-ranges.ts';

const wordsOf = (text: string, mentions: readonly { at: number; length: number }[]) =>
  mentions.map(({ at, length }) => text.slice(at, at + length));

test('what is typed before a mention moves it, what is typed in it ends it, what follows leaves it', () => {
  const text = 'hi @Ann and @Bob!';
  const mentions = [
    { user: 1, at: 3, length: 4 },
    { user: 2, at: 12, length: 4 },
  ];
  const after = (typed: string) => wordsOf(typed, movedMentions(mentions, text, typed));
  assert.deepEqual(after('oh hi @Ann and @Bob!'), ['@Ann', '@Bob']);
  assert.deepEqual(after('hi @Anna and @Bob!'), ['@Ann', '@Bob']);
  assert.deepEqual(after('hi @An and @Bob!'), ['@Bob']);
  assert.deepEqual(after('hi @Ann and @Bob!!'), ['@Ann', '@Bob']);
  assert.deepEqual(after('hi @Bob!'), ['@Bob']);
  assert.deepEqual(after(''), []);
});

test('whatever is typed, the words of a mention stay what they were, and within the text that is sent', () => {
  const text = fc.string({ unit: fc.constantFrom('@', 'a', 'b', ' ', '\n', '🛟'), maxLength: 20 });
  const typed = fc.record({ text, from: fc.nat(20), to: fc.nat(20), other: text });
  fc.assert(
    fc.property(typed, fc.nat(20), fc.integer({ min: 1, max: 4 }), (edit, at, length) => {
      fc.pre(at + length <= edit.text.length);
      const [from, to] = [Math.min(edit.from, edit.to), Math.max(edit.from, edit.to)];
      const after = edit.text.slice(0, from) + edit.other + edit.text.slice(to);
      const mention = { user: 1, at, length };
      const words = wordsOf(edit.text, [mention]);
      const left = movedMentions([mention], edit.text, after);
      if (left.length > 0) assert.deepEqual(wordsOf(after, left), words);
      const sent = trimmedWords(after, left);
      for (const one of sent.mentions) {
        assert.ok(one.at + one.length <= sent.text.length);
        assert.deepEqual(wordsOf(sent.text, [one]), words);
      }
    }),
  );
});
