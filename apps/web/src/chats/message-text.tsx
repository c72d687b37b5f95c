import type { Mention } from '@berth/client';
import { type ComponentType, lazy, Suspense, useContext, useMemo, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { useSettings } from '../settings/settings-context.ts';
import { loadPart } from '../shell/load-part.ts';
import { mayBeMarked } from './format/may-be-marked.ts';
import styles from './message-text.module.css';
import { PlainText } from './plain-text.tsx';
import { Reachable } from './reachable.ts';

/** Longer texts are cut until one asks for more. */
const longText = { characters: 1_800, lines: 24 };

/** Where it cannot be had, texts stay as they were typed. */
const FormattedText = lazy(
  (): Promise<{ default: ComponentType<Parameters<typeof PlainText>[0]> }> =>
    loadPart(async () => (await import('./format/formatted-text.tsx')).FormattedText).then(
      (part) => ({ default: part }),
      () => ({ default: PlainText }),
    ),
);

/** The words of a message: never HTML, links only to the web and to mail, its direction its own. */
export function MessageText({
  text: said,
  mentions,
}: {
  text: string;
  mentions?: readonly Mention[] | undefined;
}) {
  const text = useText();
  const [{ formatting }] = useSettings();
  const isReachable = useContext(Reachable);
  const [whole, setWhole] = useState(false);
  const short = useMemo(() => shorten(said), [said]);
  const shown = whole ? said : short;
  const plain = <PlainText text={shown} mentions={mentions} />;
  return (
    <>
      <div className={styles.text} dir="auto">
        {formatting && mayBeMarked(shown) ? (
          <Suspense fallback={plain}>
            <FormattedText text={shown} mentions={mentions} />
          </Suspense>
        ) : (
          plain
        )}
        {shown !== said && '…'}
      </div>
      {short !== said && (
        <button
          type="button"
          className={styles.toggle}
          tabIndex={isReachable ? 0 : -1}
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
