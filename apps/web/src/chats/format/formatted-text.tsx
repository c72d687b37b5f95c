import type { Mention } from '@berth/client';
import { type ReactNode, useMemo } from 'react';
import { MentionName } from '../mention-name.tsx';
import { Linked, PlainText, TextLink } from '../plain-text.tsx';
import { CodeBlock } from './code-block.tsx';
import type { Block, Inline } from './formatted.ts';
import styles from './formatted-text.module.css';
import { parseFormat } from './parse-format.ts';

/** A text with what its marks stand for, as elements; as it was typed when there is too much of it. */
export function FormattedText({
  text,
  mentions,
}: {
  text: string;
  mentions?: readonly Mention[] | undefined;
}) {
  const { blocks } = useMemo(() => parseFormat(text, mentions), [text, mentions]);
  if (!blocks) return <PlainText text={text} mentions={mentions} />;
  return blocks.map(blockElement);
}

function blockElement(block: Block, index: number): ReactNode {
  switch (block.kind) {
    case 'lines':
      return (
        <div key={index} className={styles.lines} dir="auto">
          {block.children.map(inlineElement)}
        </div>
      );
    case 'blank':
      return (
        <div key={index} aria-hidden>
          {'\n'.repeat(block.count)}
        </div>
      );
    case 'code':
      return <CodeBlock key={index} {...block} />;
    case 'quote':
      return (
        <blockquote key={index} className={styles.quote}>
          {block.children.map(blockElement)}
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
        <li key={at}>{item.map(blockElement)}</li>
      ));
      return block.start === undefined ? (
        <ul key={index} className={styles.list}>
          {items}
        </ul>
      ) : (
        <ol key={index} className={styles.list} start={block.start}>
          {items}
        </ol>
      );
    }
  }
}

function inlineElement(inline: Inline, index: number): ReactNode {
  switch (inline.kind) {
    case 'text':
      return <Linked key={index} text={inline.text} />;
    case 'mention':
      return <MentionName key={index} user={inline.user} words={inline.text} />;
    case 'code':
      return (
        <code key={index} className={styles.code}>
          {inline.text}
        </code>
      );
    case 'link':
      return (
        <TextLink key={index} href={inline.href} title={inline.href}>
          {inline.children.map((child, at) =>
            child.kind === 'text' ? child.text : inlineElement(child, at),
          )}
        </TextLink>
      );
    case 'strong':
      return <strong key={index}>{inline.children.map(inlineElement)}</strong>;
    case 'em':
      return <em key={index}>{inline.children.map(inlineElement)}</em>;
    case 'del':
      return <del key={index}>{inline.children.map(inlineElement)}</del>;
  }
}
