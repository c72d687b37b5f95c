import { Fragment, useMemo, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { linkify } from './linkify.ts';
import styles from './message-text.module.css';

/** Longer texts are cut until one asks for more. */
const longText = { characters: 1_800, lines: 24 };

/** The words of a message: never markup, links only to the web and to mail, its direction its own. */
export function MessageText({ text: said }: { text: string }) {
  const text = useText();
  const [whole, setWhole] = useState(false);
  const short = useMemo(() => shorten(said), [said]);
  const shown = whole ? said : short;
  return (
    <>
      <div className={styles.text} dir="auto">
        {linkify(shown).map(({ text: part, href }, index) =>
          href ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
            <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
              {part}
            </a>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <Fragment key={index}>{part}</Fragment>
          ),
        )}
        {shown !== said && '…'}
      </div>
      {short !== said && (
        <button
          type="button"
          className={styles.toggle}
          onClick={() => setWhole(!whole)}
          aria-expanded={whole}
        >
          {text(whole ? 'action.less' : 'action.show')}
        </button>
      )}
    </>
  );
}

function shorten(text: string): string {
  let end = 0;
  for (let line = 0; line < longText.lines; line++) {
    end = text.indexOf('\n', end) + 1;
    if (end === 0) break;
  }
  const cut = end === 0 ? text : text.slice(0, end - 1);
  return cut.length <= longText.characters ? cut : cut.slice(0, longText.characters).toWellFormed();
}
