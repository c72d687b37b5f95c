import { List, Pin } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../design/button.tsx';
import { saidText } from '../files/summary.ts';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './pinned-bar.module.css';
import { placeOf } from './place-of.ts';
import { usePins } from './use-pins.ts';

const PinsDialog = lazyPart(async () => (await import('./pins-dialog.tsx')).PinsDialog, 'dialog');

const longestPreview = 160;

/** What is pinned, over the conversation: a click shows it in its place, the next one the one pinned before. */
export function PinnedBar({ conversation }: { conversation: Conversation }) {
  const text = useText();
  const say = useActsText();
  const { place } = useWorkspace();
  const id = conversation.conversation;
  const pins = usePins(id);
  const [turn, setTurn] = useState(0);
  const [listed, setListed] = useState(false);
  const index = pins.length === 0 ? 0 : turn % pins.length;
  const shown = pins[index];
  return (
    <>
      {shown && (
        <section className={styles.bar} aria-label={say('pins')}>
          <button
            type="button"
            className={styles.shown}
            onClick={(event) => {
              place.value = placeOf(shown, event);
              setTurn(index + 1);
            }}
          >
            <Pin size={16} aria-hidden className={styles.icon} />
            <span className={styles.lines}>
              <span className={styles.title}>
                {pins.length === 1
                  ? say('pins.one')
                  : say('pins.place', { place: pins.length - index, count: pins.length })}
              </span>
              <bdi className={styles.said}>
                {saidText(shown, text).slice(0, longestPreview).toWellFormed()}
              </bdi>
            </span>
          </button>
          <IconButton label={say('pins.all')} onClick={() => setListed(true)}>
            <List size={20} aria-hidden />
          </IconButton>
        </section>
      )}
      {listed && <PinsDialog conversation={conversation} pins={pins} onClose={() => setListed(false)} />}
    </>
  );
}
