import type { Answers } from '@berth/wire';
import { useEffect, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Panel } from '../design/dialog.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { useGroupText } from '../groups/group-texts.ts';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './details.module.css';

/** Who has read a message of a group. */
export function ReadersDialog({
  conversation,
  seq,
  onClose,
}: {
  conversation: number;
  seq: number;
  onClose: () => void;
}) {
  const text = useText();
  const say = useGroupText();
  const { client, people } = useWorkspace();
  const { run, failure } = useTask();
  const [told, setTold] = useState<Answers['readers']>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    void run(async () => {
      const answer = await client.request('readers', { conversation, target: seq });
      people.learn(answer.readers);
      setTold(answer);
    });
  }, []);
  return (
    <Panel open onClose={onClose} title={text('talk.readers')}>
      {failure && <p role="alert">{failure}</p>}
      {!told && !failure && <SkeletonList rows={2} />}
      {told && (
        <p role="status" className={styles.count}>
          {say('readers.count', { count: told.readers.length, most: told.of })}
        </p>
      )}
      <ul className={styles.list}>
        {told?.readers.map((user) => (
          <li key={user.id} className={styles.person}>
            <Avatar id={user.id} name={nameOf(user)} size="small" />
            <bdi className={styles.name}>{nameOf(people.profile(user.id) ?? user)}</bdi>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
