import type { Mention } from '@berth/client';
import { Fragment, useMemo } from 'react';
import { linkify } from './linkify.ts';
import { MentionName } from './mention-name.tsx';

const none: readonly Mention[] = [];

/** A text as it was typed: links, and the names of those whom it mentions. */
export function PlainText({
  text,
  mentions = none,
}: {
  text: string;
  mentions?: readonly Mention[] | undefined;
}) {
  const pieces = useMemo(() => piecesOf(text, mentions), [text, mentions]);
  return pieces.map(({ words, mention, at }) =>
    mention ? <MentionName key={at} user={mention.user} words={words} /> : <Linked key={at} text={words} />,
  );
}

/** A text with its links. */
export function Linked({ text }: { text: string }) {
  return linkify(text).map(({ text: part, href }, index) =>
    href ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}

function piecesOf(text: string, mentions: readonly Mention[]) {
  const pieces: { words: string; at: number; mention?: Mention }[] = [];
  let end = 0;
  for (const mention of mentions) {
    const { at, length } = mention;
    // Of a text that is cut short, or told by a server that does not look.
    if (at < end || at + length > text.length) continue;
    if (at > end) pieces.push({ words: text.slice(end, at), at: end });
    pieces.push({ words: text.slice(at, at + length), at, mention });
    end = at + length;
  }
  if (end < text.length) pieces.push({ words: text.slice(end), at: end });
  return pieces;
}
