import type { Profile } from '@berth/wire';
import { ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useUnblock } from '../contacts/use-unblock.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { passFocus } from '../design/pass-focus.ts';
import { SkeletonList } from '../design/skeleton.tsx';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './settings.module.css';
import { SettingsFrame } from './settings-frame.tsx';

/** Whom this user has blocked; anyone can be unblocked. */
export function BlockedPage() {
  const text = useText();
  const { client, conversations } = useWorkspace();
  /** As another device, or tab, may have changed it. */
  const refusals = useObserved(
    conversations,
    (all) => all.sorted.filter(({ refusal }) => refusal === 'blocked').length,
  );
  const [blocked, setBlocked] = useState<readonly Profile[]>();
  const [cursor, setCursor] = useState<string>();
  const { busy, failure, run } = useTask();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const load = useCallback(
    (from?: string) => {
      void run(async () => {
        const page = await client.request('blocks', { limit: 100, ...(from && { cursor: from }) });
        setBlocked((before) => (from ? [...(before ?? []), ...page.users] : page.users));
        setCursor(page.cursor);
      });
    },
    [client],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: and whenever those are others
  useEffect(() => load(), [load, refusals]);
  const unblocked = useUnblock();
  const unblock = (person: Profile) =>
    run(async () => {
      await unblocked(person.id, nameOf(person));
      setBlocked((before) => before?.filter(({ id }) => id !== person.id));
    });
  return (
    <SettingsFrame title={text('settings.blocked')}>
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      {!blocked && !failure && <SkeletonList rows={3} />}
      {blocked?.length === 0 && (
        <EmptyState icon={ShieldCheck} title={text('settings.blocked.none')}>
          {text('settings.blocked.none.text')}
        </EmptyState>
      )}
      {blocked && blocked.length > 0 && (
        <section className={styles.block}>
          <ul>
            {blocked.map((person) => (
              <li key={person.id} className={styles.session}>
                <Avatar id={person.id} icon={person.icon} name={nameOf(person)} />
                <bdi className={styles.choiceName}>{nameOf(person)}</bdi>
                <Button
                  look="quiet"
                  small
                  disabled={busy}
                  onClick={(event) => {
                    passFocus(event.currentTarget);
                    unblock(person);
                  }}
                >
                  {text('person.unblock')}
                </Button>
              </li>
            ))}
          </ul>
          {cursor && (
            <Button look="plain" disabled={busy} onClick={() => load(cursor)}>
              {text('action.show')}
            </Button>
          )}
        </section>
      )}
    </SettingsFrame>
  );
}
