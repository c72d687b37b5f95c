import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstLink, isEmojiOnly, linkify } from './linkify.ts';

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
    ['(www.example.org/a), then Www.example.org.', ['www.example.org/a', 'Www.example.org']],
    ['Mail:noor@example.org', ['noor@example.org']],
    ['写信给 noor@example.org，谢谢', ['noor@example.org']],
    ['<n.o-o_r+berth@mail.example.org>: hello', ['n.o-o_r+berth@mail.example.org']],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(
      links(text).map(([shown]) => shown),
      expected,
      text,
    );
  }
});

test('what www and mail addresses lead to', () => {
  assert.deepEqual(links('www.例子.example/路 or a+b@例子.example'), [
    ['www.例子.example/路', 'https://www.xn--fsqu00a.example/%E8%B7%AF'],
    ['a+b@例子.example', 'mailto:a+b@%E4%BE%8B%E5%AD%90.example'],
  ]);
});

test('nothing but the web and mail is a link, and none shows another host than it leads to', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,<script>',
    'xhttps://a.example',
    'https://',
    'https://bank.example@evil.example/',
    'ftp://a.example',
    'ftp://www.a.example',
    'www.',
    'www.example',
    'wwww.example.org',
    'www.bank.example@evil.example/path',
    'user@localhost',
    '@everyone.here',
    'mailto:',
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
        'www.',
        'mail',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  );
  fc.assert(
    fc.property(near, (pieces) => {
      const text = pieces.join('');
      const parts = linkify(text);
      assert.equal(parts.map((part) => part.text).join(''), text);
      for (const { href } of parts)
        if (href !== undefined) assert.match(href, /^(https?:\/\/[^/\s]+|mailto:[^\s?&]+@[^\s?&]+$)/);
    }),
  );
});

test('a long text without an address is gone through once', () => {
  const timeOf = (text: string) => {
    const start = performance.now();
    linkify(text);
    return performance.now() - start;
  };
  const piece = 'A'.repeat(4_000);
  timeOf(piece);
  // Twenty times the text takes about twenty times as long, not four hundred times.
  assert.ok(timeOf(piece.repeat(20)) < 100 * Math.max(timeOf(piece), 1));
});

test('a few emoji alone are shown large', () => {
  for (const text of ['\u{1F44D}', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u{1F1E8}\u{1F1F3}', '❤️']) {
    assert.ok(isEmojiOnly(text), text);
  }
  for (const text of ['', 'ok \u{1F44D}', '1', '\u{1F44D}'.repeat(7), 'x'.repeat(100)]) {
    assert.ok(!isEmojiOnly(text), text);
  }
});

test('the first link to the web is found, unless it stands in code', () => {
  for (const [text, link] of [
    ['see https://pier.example/a, and https://pier.example/b', 'https://pier.example/a'],
    ['www.pier.example', 'https://www.pier.example/'],
    ['[the pier](https://pier.example/a)', 'https://pier.example/a'],
    ['ann@pier.example or http://pier.example', 'http://pier.example/'],
    ['`http://a.example` http://b.example', 'http://b.example/'],
    ['```\nhttp://a.example\n```', undefined],
    ['```\nhttp://a.example', undefined],
    ['https://ann:secret@pier.example', undefined],
    ['nothing to see', undefined],
  ] as const)
    assert.equal(firstLink(text), link, text);
});
