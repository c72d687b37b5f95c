import { type ReactNode, useEffect, useRef, useState } from 'react';
import { classNames } from '../../design/class-names.ts';
import { loadPart } from '../../shell/load-part.ts';
import styles from './formatted-text.module.css';
import type { Colour, Coloured } from './highlight.ts';

const classes: Readonly<Record<Colour, string | undefined>> = {
  keyword: styles.keyword,
  string: styles.string,
  number: styles.number,
  title: styles.title,
  attribute: styles.attribute,
  comment: styles.comment,
};

/** A block of code; its colours come when it is seen, should its language be known. */
export function CodeBlock({
  language,
  text: code,
  isClosed,
}: {
  language: string;
  text: string;
  isClosed: boolean;
}) {
  const element = useRef<HTMLPreElement>(null);
  const [coloured, setColoured] = useState<readonly Coloured[]>();
  useEffect(() => {
    setColoured(undefined);
    if (language === '') return;
    let wanted = true;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      // Without colours it is the same code.
      loadPart(() => import('./highlight.ts')).then(
        ({ highlight }) => wanted && setColoured(highlight(language, code)),
        () => {},
      );
    });
    seen.observe(element.current!);
    return () => {
      wanted = false;
      seen.disconnect();
    };
  }, [language, code]);
  return (
    <pre
      ref={element}
      className={classNames(styles.block, isClosed && styles.closed)}
      data-language={language}
      dir="ltr"
    >
      <code>{coloured ? coloured.map(colouredElement) : code}</code>
    </pre>
  );
}

const colouredElement = ({ text, colour }: Coloured, index: number): ReactNode =>
  colour ? (
    <span key={index} className={classes[colour]}>
      {text}
    </span>
  ) : (
    text
  );
