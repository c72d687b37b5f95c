import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isEmojiOnly, linkify } from './linkify.ts';

const links = (text: string) =>
  linkify(text).flatMap(({ text: shown, href }) => (href ? [[shown, href]] : []));

test('addresses become links without the punctuation around them', () => {
  const cases: [string, string[]][] = [
    ['see https://berth.example/a?b=1#c, please', ['https://berth.example/a?b=1#c']],
    ['(http://localhost:8080)', ['http://localhost:8080']],
    ['https://en.example/wiki/Berth_(moorings).', ['https://en.example/wiki/Berth_(moorings)']],
    ['看 https://例子.example/路径。谢谢', ['https://例子.example/路径']],
    ['《https://a.example》', ['https://a.example']],
    ['HTTPS://UPPER.example', ['HTTPS://UPPER.example']],
    ['https://a.example and https://b.example', ['https://a.example', 'https://b.example']],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(
      links(text).map(([shown]) => shown),
      expected,
      text,
    );
  }
});

test('nothing but http and https is a link, and none shows another host than it leads to', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,<script>',
    'xhttps://a.example',
    'https://',
    'https://bank.example@evil.example/',
    'ftp://a.example',
    'file:///etc/passwd',
  ]) {
    assert.deepEqual(links(text), [], text);
  }
  assert.deepEqual(links('https://a.example/\u202Egnp.exe'), [['https://a.example/', 'https://a.example/']]);
});

test('whatever the text, the parts are the text, and links are absolute web addresses', () => {
  const near = fc.array(
    fc.oneof(
      fc.constantFrom(
        'http://',
        'https://',
        'a.example',
        '/',
        '?',
        '.',
        '(',
        ')',
        ' ',
        '\n',
        '<img onerror=x>',
        '"',
        '@',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  );
  fc.assert(
    fc.property(near, (pieces) => {
      const text = pieces.join('');
      const parts = linkify(text);
      assert.equal(parts.map((part) => part.text).join(''), text);
      for (const { href } of parts) if (href !== undefined) assert.match(href, /^https?:\/\/[^/\s]+/);
    }),
  );
});

test('a few emoji alone are shown large', () => {
  for (const text of ['\u{1F44D}', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u{1F1E8}\u{1F1F3}', '❤️']) {
    assert.ok(isEmojiOnly(text), text);
  }
  for (const text of ['', 'ok \u{1F44D}', '1', '\u{1F44D}'.repeat(7), 'x'.repeat(100)]) {
    assert.ok(!isEmojiOnly(text), text);
  }
});
