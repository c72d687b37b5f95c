import { Panel } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import styles from './keys.module.css';
import type { KeysTextKey } from './keys-catalogue.ts';
import { useKeysText } from './keys-texts.ts';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const command = isMac ? '⌘' : 'Ctrl';
const alt = isMac ? '⌥' : 'Alt';

/** Each with the ways to press it: keys held together. */
const groups: readonly { title: KeysTextKey; keys: readonly [KeysTextKey, ...string[][]][] }[] = [
  {
    title: 'keys.everywhere',
    keys: [
      ['key.keys', ['?'], [command, '/']],
      ['key.palette', [command, 'K']],
      ['key.neighbour', [alt, '↓'], [alt, '↑']],
      ['key.unread', [alt, '⇧', '↓'], [alt, '⇧', '↑']],
      ['key.undo', [command, 'Z']],
      ['key.notices', ['F6']],
      ['key.back', ['Esc']],
    ],
  },
  {
    title: 'keys.talk',
    keys: [
      ['key.send', ['↵']],
      ['key.line', ['⇧', '↵']],
      ['key.edit', ['↑']],
      ['key.mention', ['@']],
      ['key.emoji', [':']],
      ['key.choose', ['↓'], ['↑'], ['↵'], ['Tab']],
    ],
  },
  {
    title: 'keys.lists',
    keys: [
      ['key.move', ['↓'], ['↑'], ['Home'], ['End']],
      ['key.open', ['↵']],
      ['key.menu', ['⇧', 'F10']],
      ['key.reply', ['R']],
      ['key.select', ['Space']],
      ['key.span', ['⇧', '↓'], ['⇧', '↑']],
      ['key.copy', [command, 'C']],
    ],
  },
  {
    title: 'keys.media',
    keys: [
      ['key.further', ['→'], ['←']],
      ['key.zoom', ['+'], ['-']],
    ],
  },
];

/** A list of the keys. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const say = useKeysText();
  return (
    <Panel open onClose={onClose} title={text('chats.keys')} className={styles.dialog}>
      {groups.map(({ title, keys }) => (
        <section key={title}>
          <h3 className={styles.heading}>{say(title)}</h3>
          <dl className={styles.keys}>
            {keys.map(([what, ...ways]) => (
              <div key={what} className={styles.key}>
                <dt>{say(what)}</dt>
                <dd className={styles.ways}>
                  {ways.map((held) => (
                    <span key={held.join()} className={styles.held}>
                      {held.map((key) => (
                        <kbd key={key} className={styles.cap}>
                          {key}
                        </kbd>
                      ))}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Panel>
  );
}
