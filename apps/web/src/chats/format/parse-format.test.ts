import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Block, Inline } from './formatted.ts';
import { highlight } from './highlight.ts';
import { mayBeMarked } from './may-be-marked.ts';
import { formatBounds, parseFormat } from './parse-format.ts';

/** What is shown, marks written as tags. */
const inlines = (all: readonly Inline[]): string => all.map(spellInline).join('');
function spellInline(inline: Inline): string {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'mention':
      return `<@${inline.user}>`;
    case 'code':
      return `<code>${inline.text}</code>`;
    case 'link':
      return `<a ${inline.href}>${inlines(inline.children)}</a>`;
    default:
      return `<${inline.kind}>${inlines(inline.children)}</${inline.kind}>`;
  }
}
function spell(block: Block): string {
  switch (block.kind) {
    case 'lines':
      return inlines(block.children);
    case 'blank':
      return '\n'.repeat(block.count - 1);
    case 'code':
      return `<pre ${block.language}>${block.text}</pre>`;
    case 'quote':
      return `<quote>${block.children.map(spell).join('\n')}</quote>`;
    case 'list':
      return `<list${block.start === undefined ? '' : ` ${block.start}`}>${block.items
        .map((item) => `<li>${item.map(spell).join('\n')}`)
        .join('\n')}</list>`;
  }
}
const shown = (text: string): string | undefined => parseFormat(text).blocks?.map(spell).join('\n');

/** Lines that a block takes: a code block has one for each of the marks around it, and none for the end of its last line. */
function heightOf(block: Block): number {
  switch (block.kind) {
    case 'lines':
      return inlines(block.children).split('\n').length;
    case 'blank':
      return block.count;
    case 'code':
      return (
        1 +
        (block.text === '' ? 0 : block.text.replace(/\n$/, '').split('\n').length) +
        (block.isClosed ? 1 : 0)
      );
    case 'quote':
      return heightsOf(block.children);
    case 'list':
      return block.items.reduce((sum, item) => sum + heightsOf(item), 0);
  }
}
const heightsOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, block) => sum + heightOf(block), 0);

test('the marks that people type show as what they stand for', () => {
  for (const [text, expected] of [
    [
      '**bold**, *italic*, ~~gone~~ and `x = 1`',
      '<strong>bold</strong>, <em>italic</em>, <del>gone</del> and <code>x = 1</code>',
    ],
    ['**bold *and italic***', '<strong>bold <em>and italic</em></strong>'],
    ['*一* 二', '<em>一</em> 二'],
    ['> said\n> twice', '<quote>said\ntwice</quote>'],
    ['- one\n- two', '<list><li>one\n<li>two</list>'],
    ['3. three\n4. four', '<list 3><li>three\n<li>four</list>'],
    ['- [x] done\n- [ ] open', '<list><li>☑ done\n<li>☐ open</list>'],
    ['```ts\nlet a = `b`;\n```', '<pre ts>let a = `b`;</pre>'],
    ['```\nnever ends *here*', '<pre >never ends *here*</pre>'],
    ['[the pier](https://pier.example/a)', '<a https://pier.example/a>the pier</a>'],
    ['a \\*star\\*', 'a *star*'],
    ['one\n\n\n*two*', 'one\n\n\n<em>two</em>'],
  ] as const)
    assert.equal(shown(text), expected, text);
});

test('what is no mark stays as it was typed', () => {
  for (const text of [
    'snake_case_name and 2 * 3 * 4',
    '# no heading\n---\n***',
    '<b>no markup</b> &amp; <script>alert(1)</script>',
    '    four blanks are no code',
    '| a | b |\n| - | - |',
    '![no picture](https://pier.example/a.png)',
    '[no](javascript:alert(1)) [nor](data:text/html,x) [nor](//pier.example)',
    '[https://bank.example](https://evil.example/)',
    '[ref]: pier',
    'about ~5 and ~6~',
  ])
    assert.equal(shown(text), text, text);
  assert.ok(!mayBeMarked('Nothing here, at 5-6 o’clock; really: (nothing)!'));
});

test('a link is one whatever marks stand in it', () => {
  const address = 'https://pier.example/_a_/*b*?c=__d__e';
  assert.equal(shown(`see ${address} *now*`), `see <a ${address}>${address}</a> <em>now</em>`);
});

test('names of those who are mentioned are never marks, wherever they stand', () => {
  const text = '**@_Ann_** and `@*Bob*`';
  const mentions = [
    { user: 1, at: 2, length: 6 },
    { user: 2, at: 16, length: 6 },
  ];
  const { blocks } = parseFormat(text, mentions);
  assert.equal(blocks!.map(spell).join('\n'), '<strong><@1></strong> and <code>@*Bob*</code>');
});

test('a code block is closed by a mark of its own kind alone', () => {
  for (const [text, isClosed] of [
    ['```\na\n```', true],
    ['~~~\na\n~~~~', true],
    ['```\n\n~~~', false],
    ['````\na\n```', false],
    ['```\n```*', false],
    ['```', false],
  ] as const) {
    const [block] = parseFormat(text).blocks!;
    assert.ok(block?.kind === 'code' && block.isClosed === isClosed, text);
  }
});

const pieces = fc.constantFrom(
  ...[
    '*',
    '**',
    '_',
    '__',
    '~~',
    '`',
    '``',
    '```',
    '[',
    '](',
    ')',
    '<',
    '>',
    '\\',
    '- ',
    '> ',
    '1. ',
    '\n',
    '\n\n',
    '  ',
  ],
  ...['a', 'b c', '中', '🛟', 'https://x.example/', '@name', '~', '!['],
);
const anyText = fc.array(pieces, { maxLength: 60 }).map((all) => all.join(''));

test('whatever is typed is parsed within steps that grow as the text, and every line stays a line', () => {
  fc.assert(
    fc.property(anyText, (typed) => {
      const text = typed.trim();
      const { blocks, steps } = parseFormat(text);
      assert.ok(steps <= formatBounds.stepsPerCharacter * (text.length + 64) + text.length);
      if (blocks && text !== '') assert.ok(heightsOf(blocks) <= text.split('\n').length);
    }),
    { numRuns: 500 },
  );
});

test('marks within marks, however many, take steps in proportion to the length', () => {
  const nests: Record<string, (count: number) => string> = {
    stars: (count) => '*a **b '.repeat(count),
    opened: (count) => '**a _b '.repeat(count),
    closed: (count) => `${'*'.repeat(count)}a${'*'.repeat(count)}`,
    brackets: (count) => '['.repeat(count),
    links: (count) => '[a]('.repeat(count),
    ticks: (count) => '`a``b```'.repeat(count),
    tildes: (count) => '~~a '.repeat(count),
    escapes: (count) => '\\*'.repeat(count),
    angles: (count) => '<a '.repeat(count),
    quotes: (count) => '> '.repeat(count),
    quoted: (count) => Array.from({ length: count }, (_, depth) => `${'>'.repeat(depth % 5)} a`).join('\n'),
    lists: (count) => '- '.repeat(count),
    deeper: (count) =>
      Array.from({ length: Math.min(count, 150) }, (_, depth) => `${' '.repeat(2 * depth)}- a`).join('\n'),
    fences: (count) => '```\n~~~\n'.repeat(count),
    unseen: (count) => `\`\`\`\n${'*a **b '.repeat(count)}`,
  };
  for (const [name, nest] of Object.entries(nests)) {
    for (const count of [10, 100, 1_000, 10_000]) {
      const text = nest(count).slice(0, 65_535);
      const { steps } = parseFormat(text);
      assert.ok(
        steps <= formatBounds.stepsPerCharacter * (text.length + 64) + text.length,
        `${name} ${count}`,
      );
    }
  }
  const free = {
    ...formatBounds,
    maxMarks: Number.POSITIVE_INFINITY,
    stepsPerCharacter: Number.POSITIVE_INFINITY,
  };
  const stepsOf = (count: number) => parseFormat('[a]('.repeat(count), [], free).steps;
  assert.ok(stepsOf(400) > 3 * stepsOf(200), 'what is bounded would be a square');
});

test('code is cut into parts that are the code, with colours where its language is known', () => {
  const code = 'const tide = "high"; // at 14\n';
  const parts = highlight('ts', code)!;
  assert.equal(parts.map(({ text }) => text).join(''), code);
  assert.deepEqual(
    ['const', '"high"', '// at 14'].map((word) => parts.find(({ text }) => text === word)?.colour),
    ['keyword', 'string', 'comment'],
  );
  assert.equal(highlight('no-such-language', code), undefined);
});
