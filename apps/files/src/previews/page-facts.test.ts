import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { factsOf } from './page-facts.ts';

const facts = (text: string, charset?: string) => factsOf(Buffer.from(text), charset);

test('what a page says for others comes before what it says for its own readers', () => {
  assert.deepEqual(
    facts(`<!doctype html><html><head><title>Tide &amp; time - Pier</title>
      <meta name="description" content="own words"><meta property="og:title" content="Tide &#38; time">
      <meta property="og:description" content=" High
        at 14:20 "><meta property="og:site_name" content="Pier"><meta property="og:image" content="/tide.png">`),
    { title: 'Tide & time', description: 'High at 14:20', site: 'Pier', picture: '/tide.png' },
  );
  assert.deepEqual(facts('<title>Only this</title><meta name="Description" content="and that">'), {
    title: 'Only this',
    description: 'and that',
  });
});

test('a page without a title, or with one behind its head, tells nothing', () => {
  for (const page of [
    '',
    'no tags',
    '<p>no title</p>',
    '<title> </title>',
    '<body><title>in the body</title>',
  ])
    assert.equal(facts(page), undefined, page);
  assert.equal(facts('<head></head><meta property="og:title" content="late">'), undefined);
});

test('characters are read as the answer says, else as the page does', () => {
  const latin = Buffer.from('<title>\xe9t\xe9</title>', 'latin1');
  assert.equal(factsOf(latin, 'iso-8859-1')!.title, 'été');
  const declared = Buffer.from('<meta charset="windows-1252"><title>\xe9t\xe9</title>', 'latin1');
  assert.equal(factsOf(declared, undefined)!.title, 'été');
  assert.equal(facts('<title>été</title>', 'no-such-charset')!.title, 'été');
});

test('what is told is short, of one line, and turns nothing around', () => {
  assert.deepEqual(facts('<title>a\u202eb\u0000c\nd</title>'), { title: 'a b c d' });
  const long = facts(
    `<title>${'x'.repeat(5_000)}</title><meta name=description content="${'y '.repeat(900)}">`,
  )!;
  assert.deepEqual([long.title.length, long.description!.length <= 400], [200, true]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const found = factsOf(Buffer.concat([Buffer.from('<title>'), bytes]), undefined);
      if (found) assert.doesNotMatch(found.title, /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('a page that was made to be slow is read no slower', () => {
  const whole = 1_048_576;
  const of = (part: string) => part.repeat(Math.floor(whole / part.length));
  // Elements in each other, ends without beginnings, attributes, entities, comments and marks that never end.
  for (const part of [
    '<a>',
    '</b>',
    '<meta a=1 b=2 c=3 ',
    '&amp',
    '<!--',
    '<title><',
    '<meta charset',
    '<i></b>',
  ])
    factsOf(Buffer.from(of(part)), undefined);
  const half = whole / 2;
  factsOf(Buffer.from('<a>'.repeat(half / 3) + '</b>'.repeat(half / 4)), undefined);
});
