import type { Message } from '@berth/wire';
import { useText } from '../i18n/language.tsx';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './entry-line.module.css';
import { entryText } from './entry-text.ts';

/** What happened between the messages: who came, went or was changed. */
export function EntryLine({ entry }: { entry: Message }) {
  const text = useText();
  const { people, me } = useWorkspace();
  const said = useObserved(people, (all) => entryText(entry, all, me, text));
  return <p className={styles.entry}>{said}</p>;
}
