import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestSchemas } from './frames.ts';
import { httpSchemas } from './http.ts';
import { canonicalEmail, isEmoji, likeness } from './text-rules.ts';

const { email, name, nick } = httpSchemas.usersRequest.shape;

test('an address has one spelling, whatever its domain is written in', () => {
  const spellings: [string, string][] = [
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example'],
    ['ann@XN--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    ['ivan@почта.рф', 'ivan@xn--80a1acny.xn--p1ai'],
    ['ivan@xn--80a1acny.xn--p1ai', 'ivan@xn--80a1acny.xn--p1ai'],
    ['li@例子.中国', 'li@xn--fsqu00a.xn--fiqs8s'],
    [' Ann.Up@EXAMPLE.org\u00a0', 'ann.up@example.org'],
    ["!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org"],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
    ['ann@sub-domain.co.museum', 'ann@sub-domain.co.museum'],
    ['ann@example.c0m1', 'ann@example.c0m1'],
  ];
  for (const [typed, canonical] of spellings) {
    assert.equal(canonicalEmail(typed), canonical, typed);
    assert.equal(email.parse(typed), canonical);
  }
});

test('two texts are alike when a person sees no difference, and not otherwise', () => {
  for (const [one, other] of [
    ['Quay', 'quay '],
    ['caf\u00e9', 'CAFE\u0301'],
    ['old\u3000\u00a0quay', 'old quay'],
    ['\uff51uay', 'qu\u200bay\u200d'],
    ['❤', '❤\ufe0f'],
    ['\ufb01n', 'fin'],
  ] as const)
    assert.equal(likeness(one), likeness(other), `${one} ${other}`);
  for (const [one, other] of [
    ['quay', 'quays'],
    ['old quay', 'oldquay'],
    ['👍', '👍🏽'],
    ['👩‍🚒', '👩‍🚀'],
    [
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
    ],
    ['e', 'é'],
  ] as const)
    assert.notEqual(likeness(one), likeness(other), `${one} ${other}`);
});

test('what mail cannot be sent to over the internet is no address', () => {
  for (const typed of [
    ...['', 'ann', '@example.org', 'ann@', 'ann@localhost', 'ann@[127.0.0.1]', 'ann@127.0.0.1', 'ann@1.2'],
    ...['"john doe"@example.org', 'a.@example.org', '.a@example.org', 'a..b@example.org', 'a b@example.org'],
    ...['ann@exa mple.org', 'ann@example..org', 'ann@-example.org', 'ann@example-.org', 'ann@example.org.'],
    ...[
      'ann@example.org:25',
      'ann@example.org/x',
      'ann@example.org?x',
      'ann@x_y.org',
      'a@b@c.org',
      'ann@%65x.org',
    ],
    ...['ann@example.org\r\nBcc: bob@example.org', 'ann\0@example.org', 'ann@xn--a.org', 'ann@example.123'],
    ...[
      `${'a'.repeat(65)}@example.org`,
      `ann@${'a'.repeat(64)}.org`,
      `ann@${'a.'.repeat(125)}org`,
      '用户@例子.中国',
    ],
  ]) {
    assert.equal(canonicalEmail(typed), undefined, typed);
    assert.equal(email.safeParse(typed).success, false);
  }
});

test('what is wrong with an address in another script before the @ is said', () => {
  const said = (typed: string) => email.safeParse(typed).error!.issues[0]!.message;
  for (const typed of ['用户@例子.中国', 'jose\u0301@example.org']) assert.match(said(typed), /^only a-z/);
  for (const typed of ['用户', 'jos\u00e9@', 'a b@example.org', '用户@localhost'])
    assert.equal(said(typed), 'not an e-mail address');
});

test('the one spelling of an address is its own', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string()), (typed) => {
      const canonical = canonicalEmail(typed);
      if (canonical !== undefined) assert.equal(canonicalEmail(canonical), canonical);
    }),
  );
});

test('names of every script are names, in one spelling', () => {
  for (const typed of [
    ...[
      'สมหญิง',
      'हिन्दी',
      'தமிழ்',
      'বাংলা',
      'עברית',
      'ナマエ',
      '𠮷野家',
      'José',
      'a_b',
      '2024',
      'ab',
      '小船',
      'Зоя',
      '٣٤',
    ],
    ...['𠮷'.repeat(32), 'e\u0301'.repeat(32)],
  ])
    assert.equal(name.parse(typed), typed.normalize('NFC'), typed);
  assert.equal(name.parse(' jose\u0301 '), 'josé');
  for (const typed of [
    ...[
      '',
      'a',
      'with space',
      '👍👍',
      'x\u0000y',
      'a\u200bb',
      'ab\ufe0f',
      '\u3164\u3164',
      '\u0301ab',
      'a\u034fb',
      'a@b',
    ],
    ...['\ud83dab', '\u202eab', 'a'.repeat(33), '𠮷'.repeat(33)],
  ])
    assert.equal(name.safeParse(typed).success, false, JSON.stringify(typed));
});

const shown = {
  nick: (text: string) => nick.safeParse(text),
  'nick of a profile': (text: string) => requestSchemas.profileUpdate.shape.nick.safeParse(text),
  'title of a new group': (text: string) => requestSchemas.groupCreate.shape.title.safeParse(text),
  title: (text: string) => requestSchemas.groupRename.shape.title.safeParse(text),
  alias: (text: string) => requestSchemas.friendAlias.shape.alias.safeParse(text),
  'alias of a request': (text: string) => requestSchemas.friendRequest.shape.alias.safeParse(text),
};

for (const [what, parse] of Object.entries(shown)) {
  test(`a ${what} shows something, and harms nothing around it`, () => {
    for (const text of [
      '\u200b',
      '\u3164',
      '\u2800',
      '\u00ad',
      '\u2060\ufeff',
      '\u115f',
      '\ufe0f',
      '\u034f',
      '\u180e',
    ])
      assert.equal(parse(text).success, false, JSON.stringify(text));
    for (const text of [
      '\u202eevil',
      'a\u0000b',
      'a\nb',
      '\u2066a',
      'a\u2028b',
      '\ud83d',
      'a\u0007',
      'a\u009b',
    ])
      assert.equal(parse(text).success, false, JSON.stringify(text));
    for (const text of ['Ann', '小船', '👩‍👩‍👧', '🇨🇭', '1️⃣', '-', 'می‌خواهم', '\u200fעברית', 'สมหญิง', ' x '])
      assert.deepEqual(parse(text), { success: true, data: text.trim().normalize('NFC') }, text);
  });
}

test('lengths are counted in characters, not in halves of them', () => {
  assert.ok(nick.safeParse('😀'.repeat(64)).success);
  assert.ok(!nick.safeParse('😀'.repeat(65)).success);
  assert.ok(nick.safeParse('e\u0301'.repeat(64)).success);
  const { note } = requestSchemas.friendRequest.shape;
  assert.ok(note.safeParse('😀'.repeat(255)).success);
  assert.ok(!note.safeParse('😀'.repeat(256)).success);
  const { alias } = requestSchemas.friendAlias.shape;
  assert.deepEqual(alias.safeParse(' '), { success: true, data: '' });
});

test('one emoji is what Unicode recommends, of one character, too', () => {
  const recommended = /^\p{RGI_Emoji}$/v;
  for (let code = 0; code <= 0x1_ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!/\p{Emoji}/u.test(character)) continue;
    for (const text of [
      character,
      `${character}\ufe0f`,
      `${character}\ufe0e`,
      `${character}🏽`,
      `${character}${character}`,
    ])
      assert.equal(isEmoji(text), recommended.test(text), text);
  }
  for (const text of ['', 'a', '1\ufe0f\u20e3', '🇩🇪', '👨‍👩‍👧', '👍\n', '\n❤️'])
    assert.equal(isEmoji(text), recommended.test(text), text);
});
