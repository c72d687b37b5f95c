import { useCallback } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import { usePages } from '../shell/use-pages.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './details.module.css';

/** Who gave a message which emoji. */
export function ReactionsDialog({
  conversation,
  seq,
  onClose,
}: {
  conversation: number;
  seq: number;
  onClose: () => void;
}) {
  const text = useText();
  const { client, people } = useWorkspace();
  const ask = useCallback(
    async (from: { cursor?: string }) => {
      const page = await client.request('reactions', { conversation, target: seq, limit: 100, ...from });
      people.learn(page.reactions.map(({ user }) => user));
      return { items: page.reactions, cursor: page.cursor };
    },
    [client, people, conversation, seq],
  );
  const { items: given, failure, busy, more } = usePages(ask);
  return (
    <Panel open onClose={onClose} title={text('change.reactions')}>
      {failure && <p role="alert">{failure}</p>}
      <ul className={styles.list}>
        {given?.map(({ emoji, user }) => (
          <li key={`${emoji} ${user.id}`} className={styles.person}>
            <Avatar id={user.id} name={nameOf(user)} size="small" />
            <bdi className={styles.name}>{nameOf(people.profile(user.id) ?? user)}</bdi>
            <span className={styles.emoji}>{emoji}</span>
          </li>
        ))}
      </ul>
      {more && (
        <Button look="quiet" disabled={busy} onClick={more}>
          {text('action.show')}
        </Button>
      )}
    </Panel>
  );
}
