import type { Mention } from '@berth/client';
import { Fragment, type ReactNode, useContext, useMemo } from 'react';
import { linkify } from './linkify.ts';
import { MentionName } from './mention-name.tsx';
import { Reachable } from './reachable.ts';

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
      <TextLink key={index} href={href}>
        {part}
      </TextLink>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}

export function TextLink({ href, title, children }: { href: string; title?: string; children: ReactNode }) {
  const isReachable = useContext(Reachable);
  return (
    <a
      href={href}
      title={title}
      target="_blank"
      rel="noopener noreferrer nofollow"
      tabIndex={isReachable ? undefined : -1}
    >
      {children}
    </a>
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
