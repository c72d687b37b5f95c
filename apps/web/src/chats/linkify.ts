export interface TextPart {
  text: string;
  /** Of a link: an absolute http, https or mailto address. */
  href?: string;
}

/**
 * What a web address may hold: visible ASCII and letters, no quotes or brackets that end it, no controls that would show
 * it differently from where it leads (bidirectional overrides, zero widths).
 */
const held = '[^\\s<>"\'`“”‘’「」『』《》【】（）。，、：；！？\\p{C}\\u2028\\u2029]+';
const word = '[\\p{L}\\p{N}-]{1,63}';
/** Letters, digits and the few signs that need no escaping. Bounded, so that a long word is not gone through again and again. */
const mail = `[\\p{L}\\p{N}][\\p{L}\\p{N}._+-]{0,63}@${word}(?:\\.${word})+`;
/** `xhttps://…` is a word, and what follows a slash or a dot a part of something longer. */
const address = new RegExp(
  `(?<![\\p{L}\\p{N}_])https?://${held}|(?<![\\p{L}\\p{N}_/@.+-])(?:www\\.${held}|${mail})`,
  'giu',
);
const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Cuts a text into plain parts and links; joined, the parts are the text. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const link = trimEnd(match[0]);
    const href = parseHref(link);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: link, href });
    end = match.index + link.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** Punctuation at the end belongs to the sentence, a bracket too unless it was opened inside. */
function trimEnd(link: string): string {
  for (;;) {
    const last = link.at(-1)!;
    const opening = closing[last];
    const spare = opening
      ? link.split(last).length > link.split(opening).length
      : /[.,:;!?*_~。，、：；！？…]/u.test(last);
    if (!spare) return link;
    link = link.slice(0, -1);
  }
}

/** Where a link leads that was typed; undefined when it is not to the web or to mail. */
export function parseHref(link: string): string | undefined {
  if (/^www\.[^./]+\.[^./]/i.test(link)) return parseHref(`https://${link}`);
  if (/^[^/:]+@[^/:]+$/.test(link)) return URL.parse(`mailto:${link}`)?.href;
  const url = URL.parse(link);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    return undefined;
  // `https://bank.example@evil.example` shows one host and leads to another.
  return url.username === '' && url.password === '' ? url.href : undefined;
}

const mayLink = /https?:\/\/|www\./i;
const code = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;

/** Where the first link of a text to the web leads, unless it stands in code. */
export function firstLink(text: string): string | undefined {
  if (!mayLink.test(text)) return undefined;
  const words = text.replace(code, ' ');
  return linkify(words).find(({ href }) => href?.startsWith('http'))?.href;
}

const segmenter = new Intl.Segmenter();
/** Nothing but what emoji are made of, digits among it: most texts fall at their first letter. */
const madeOfEmoji = /^[\p{Emoji}\p{Emoji_Component}\s]+$/u;

/** Whether a text is a few emoji and nothing else, which are shown large. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 60 || !madeOfEmoji.test(trimmed)) return false;
  const graphemes = [...segmenter.segment(trimmed)]
    .map(({ segment }) => segment)
    .filter((segment) => segment.trim() !== '');
  return graphemes.length <= 6 && graphemes.every((grapheme) => /^\p{RGI_Emoji}$/v.test(grapheme));
}
