import type { Mention } from '@berth/client';
import { Lexer, type Token, type Tokens } from 'marked';
import { linkify, parseHref } from '../linkify.ts';
import { BoundedTokenizer, TooManyStepsError } from './bounded-tokenizer.ts';
import { type Block, holdsPlaceholder, type Inline, MentionedWords } from './formatted.ts';

export interface FormatBounds {
  /** Marks outside of code blocks; more are no text that somebody wrote by hand. */
  maxMarks: number;
  /** Lists and quotes that one line begins within each other. */
  maxDepth: number;
  /** Characters that parsing may look at for each character of the text: so the time is linear in its length. */
  stepsPerCharacter: number;
}

export const formatBounds: FormatBounds = { maxMarks: 1_000, maxDepth: 5, stepsPerCharacter: 256 };

/** What a text shows, and how many steps it took; without blocks it stays as it was typed. */
export interface Formatted {
  blocks: readonly Block[] | undefined;
  steps: number;
}

/** Reads the marks of a text. Every line of it stays a line, so that formatting moves nothing. */
export function parseFormat(
  text: string,
  mentions: readonly Mention[] = [],
  bounds: FormatBounds = formatBounds,
): Formatted {
  const plain = { blocks: undefined, steps: 0 };
  if (holdsPlaceholder(text) || exceeds(text, bounds)) return plain;
  const words = new MentionedWords(text, mentions);
  const tokenizer = new BoundedTokenizer(bounds.stepsPerCharacter * (text.length + 64));
  try {
    const tokens = new Lexer({ gfm: true, breaks: false, tokenizer }).lex(words.text);
    const blocks = blocksOf(tokens, words);
    return { blocks: words.areGiven ? blocks : undefined, steps: tokenizer.steps };
  } catch (error) {
    if (error instanceof TooManyStepsError) return { ...plain, steps: tokenizer.steps };
    throw error;
  }
}

const mark = /[*_~`[\]<\\]/g;
const fence = /^ {0,3}(`{3,}|~{3,})/;

function exceeds(text: string, { maxMarks, maxDepth }: FormatBounds): boolean {
  const nested = new RegExp(`^(?:[ \\t]*(?:>|[-+*](?=\\s)|\\d{1,9}[.)](?=\\s))){${maxDepth + 1}}`);
  let marks = 0;
  let open: string | undefined;
  for (const line of text.split('\n')) {
    const fenced = fence.exec(line)?.[1];
    if (open !== undefined) {
      if (fenced?.startsWith(open)) open = undefined;
      continue;
    }
    if (nested.test(line)) return true;
    open = fenced;
    marks += line.match(mark)?.length ?? 0;
    if (marks > maxMarks) return true;
  }
  return false;
}

function blocksOf(tokens: readonly Token[], words: MentionedWords): Block[] {
  const blocks: Block[] = [];
  /** Ends of lines since the last block. */
  let ends = 0;
  /** What stands within a line without a block of its own, such as a box to be ticked. */
  let loose: Inline[] = [];
  for (const token of tokens) {
    if (token.type === 'space') {
      ends += countEnds(token.raw);
      continue;
    }
    if (token.type === 'checkbox') {
      loose = [tick((token as Tokens.Checkbox).checked)];
      continue;
    }
    if (blocks.length > 0 && ends > 1) blocks.push({ kind: 'blank', count: ends - 1 });
    const block = blockOf(token, words);
    blocks.push(block.kind === 'lines' ? { ...block, children: [...loose, ...block.children] } : block);
    loose = [];
    ends = countEnds(/\n*$/.exec(token.raw)![0]);
  }
  if (loose.length > 0) blocks.push({ kind: 'lines', children: loose });
  return blocks;
}

const countEnds = (raw: string): number => raw.split('\n').length - 1;
const tick = (checked: boolean): Inline => ({ kind: 'text', text: checked ? '☑ ' : '☐ ' });

function blockOf(token: Token, words: MentionedWords): Block {
  switch (token.type) {
    case 'code': {
      const { lang = '', text, raw } = token as Tokens.Code;
      const language = words.spell(lang).split(/\s/)[0]!;
      return { kind: 'code', language, text: words.spell(text), isClosed: isClosed(raw) };
    }
    case 'blockquote':
      return { kind: 'quote', children: blocksOf((token as Tokens.Blockquote).tokens, words) };
    case 'list': {
      const { ordered, start, items } = token as Tokens.List;
      return {
        kind: 'list',
        start: ordered ? Number(start) : undefined,
        items: items.map((item) => [
          ...blocksOf(item.tokens, words),
          ...blankAfter(item, item === items.at(-1)),
        ]),
      };
    }
    default:
      return {
        kind: 'lines',
        children:
          'tokens' in token && token.tokens
            ? inlinesOf(token.tokens, words)
            : words.split(trimmedEnd(token.raw)),
      };
  }
}

/** Whether a code block ends with a mark of its own kind: of the other kind, or a shorter one, it is a line of the code. */
function isClosed(raw: string): boolean {
  const [, mark = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(raw) ?? [];
  const lines = raw.trimEnd().split('\n');
  const last = lines.at(-1)!.trimStart();
  return mark !== '' && lines.length > 1 && last.startsWith(mark) && last === mark[0]!.repeat(last.length);
}

function blankAfter({ raw }: Tokens.ListItem, isLast: boolean): Block[] {
  const ends = countEnds(/\n*$/.exec(raw)![0]);
  return isLast || ends < 2 ? [] : [{ kind: 'blank', count: ends - 1 }];
}

const trimmedEnd = (raw: string): string => raw.replace(/\n+$/, '');

const inlinesOf = (tokens: readonly Token[], words: MentionedWords): Inline[] =>
  tokens.flatMap((token) => inlineOf(token, words));

function inlineOf(token: Token, words: MentionedWords): Inline[] {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [{ kind: token.type, children: inlinesOf((token as Tokens.Strong).tokens, words) }];
    case 'codespan':
      return [{ kind: 'code', text: words.spell(codeIn(token.raw)) }];
    case 'link':
      return linkOf(token as Tokens.Link, words);
    case 'br':
      return [{ kind: 'text', text: '\n' }];
    case 'checkbox':
      return [tick((token as Tokens.Checkbox).checked)];
    case 'escape':
    case 'text':
      return words.split((token as Tokens.Text).text);
    default:
      return words.split(token.raw);
  }
}

/** With its line ends, which the parser makes blanks. */
function codeIn(raw: string): string {
  const length = /^`+/.exec(raw)![0].length;
  const text = raw.slice(length, -length);
  return /^ .* $/s.test(text) && /\S/.test(text) ? text.slice(1, -1) : text;
}

/** A link that says another address than it leads to, or leads nowhere, is shown as it was typed. */
function linkOf({ raw, href, tokens }: Tokens.Link, words: MentionedWords): Inline[] {
  const address = parseHref(href);
  const claimed = linkify(textOf(tokens)).find((part) => part.href !== undefined)?.href;
  const isHonest = claimed === undefined || hostOf(claimed) === hostOf(address);
  if (address === undefined || !isHonest || holdsPlaceholder(href)) return words.split(raw);
  return [{ kind: 'link', href: address, children: inlinesOf(tokens, words) }];
}

const hostOf = (href: string | undefined): string | undefined =>
  href === undefined ? undefined : (URL.parse(href)?.host ?? undefined);

const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      'tokens' in token && token.tokens ? textOf(token.tokens) : 'text' in token ? token.text : token.raw,
    )
    .join('');
