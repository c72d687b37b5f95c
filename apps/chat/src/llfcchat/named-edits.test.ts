import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quoteOf } from './named-edits.ts';

test('a quote is one line of at most 40 characters, none of them cut', () => {
  assert.equal(quoteOf('  two\n\tlines  '), 'two lines');
  assert.equal(quoteOf('x'.repeat(40)), 'x'.repeat(40));
  assert.equal(quoteOf(`${'x'.repeat(39)} y`), `${'x'.repeat(39)}…`);
  assert.equal(quoteOf('🇨🇳'.repeat(41)), `${'🇨🇳'.repeat(40)}…`);
  assert.equal(quoteOf(`a${'\u0301'.repeat(500)}`), '…');
  const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
      const quote = quoteOf(text);
      const count = [...characters.segment(quote.replace(/…$/u, ''))].length;
      assert.ok(count <= 40 && quote.length <= 161 && quote.isWellFormed() && !quote.includes('\n'));
    }),
  );
});
