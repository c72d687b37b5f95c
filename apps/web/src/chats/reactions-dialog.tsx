import type { Profile } from '@berth/wire';
import { useCallback, useEffect, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './details.module.css';

interface Given {
  emoji: string;
  user: Profile;
}

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
  const { run, failure, busy } = useTask();
  const [given, setGiven] = useState<Given[]>([]);
  const [cursor, setCursor] = useState<string>();
  const load = useCallback(
    async (from?: string) => {
      const page = await client.request('reactions', {
        ...{ conversation, target: seq, limit: 100 },
        ...(from !== undefined && { cursor: from }),
      });
      people.learn(page.reactions.map(({ user }) => user));
      setGiven((before) => [...(from === undefined ? [] : before), ...page.reactions]);
      setCursor(page.cursor);
    },
    [client, people, conversation, seq],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => void run(() => load()), [load]);
  return (
    <Panel open onClose={onClose} title={text('change.reactions')}>
      {failure && <p role="alert">{failure}</p>}
      <ul className={styles.list}>
        {given.map(({ emoji, user }) => (
          <li key={`${emoji} ${user.id}`} className={styles.person}>
            <Avatar id={user.id} name={nameOf(user)} size="small" />
            <bdi className={styles.name}>{nameOf(people.profile(user.id) ?? user)}</bdi>
            <span className={styles.emoji}>{emoji}</span>
          </li>
        ))}
      </ul>
      {cursor !== undefined && (
        <Button look="quiet" disabled={busy} onClick={() => void run(() => load(cursor))}>
          {text('action.show')}
        </Button>
      )}
    </Panel>
  );
}
