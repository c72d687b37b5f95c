import { Parser } from 'htmlparser2';

/** What a page says of itself. */
export interface PageFacts {
  title: string;
  description?: string;
  site?: string;
  /** Address of a picture, as it stands there. */
  picture?: string;
}

const longest = { title: 200, description: 400, site: 80, picture: 2_048 } as const;
/** Elements within each other, and in all, of a head: with more of them it is none, and would only take time. */
const maxDepth = 40;
const maxElements = 5_000;
/** Controls, halves of characters, and what turns the direction of what follows. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Reads the head of a page; undefined when it has no title. Nothing of it is run, nor asked for. */
export function factsOf(bytes: Uint8Array, charset: string | undefined): PageFacts | undefined {
  const metas = new Map<string, string>();
  let title = '';
  let inTitle = false;
  let depth = 0;
  let elements = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      depth++;
      if (name === 'body' || depth > maxDepth || ++elements > maxElements) return stop();
      if (name === 'title') inTitle = title === '';
      if (name !== 'meta') return;
      const { property, name: called, content } = attributes;
      const key = (property ?? called)?.trim().toLowerCase();
      if (key !== undefined && content !== undefined && content.trim() !== '' && !metas.has(key))
        metas.set(key, content);
    },
    ontext(text) {
      if (inTitle && title.length < longest.title * 2) title += text.slice(0, longest.title * 2);
    },
    onclosetag(name) {
      depth--;
      if (name === 'title') inTitle = false;
      if (name === 'head') stop();
    },
  });
  /** It looks at nothing more. */
  const stop = () => parser.pause();
  parser.end(decode(bytes, charset));
  const told = (key: keyof typeof longest, ...texts: (string | undefined)[]) =>
    texts.map((text) => plain(text ?? '', longest[key])).find((text) => text !== '');
  const shown = told('title', metas.get('og:title'), metas.get('twitter:title'), title);
  if (shown === undefined) return undefined;
  const description = told(
    ...(['description', metas.get('og:description'), metas.get('twitter:description')] as const),
    metas.get('description'),
  );
  const site = told('site', metas.get('og:site_name'));
  const picture = ['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src']
    .map((key) => metas.get(key)?.trim())
    .find((address) => address !== undefined && address.length <= longest.picture);
  return {
    title: shown,
    ...(description !== undefined && { description }),
    ...(site !== undefined && { site }),
    ...(picture !== undefined && { picture }),
  };
}

/** By what the answer says, else what the page says of itself at its beginning. */
function decode(bytes: Uint8Array, charset: string | undefined): string {
  const beginning = Buffer.from(bytes.subarray(0, 2_048)).toString('latin1');
  const declared = charset ?? /<meta[^>]{0,200}charset=["']?([\w.:-]{1,40})/i.exec(beginning)?.[1];
  try {
    return new TextDecoder(declared ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** One line of at most `max` characters. */
function plain(text: string, max: number): string {
  const line = text
    .slice(0, max * 4)
    .replace(harmful, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1).toWellFormed()}…`;
}
