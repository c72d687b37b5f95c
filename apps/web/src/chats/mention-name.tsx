import { everybody } from '@berth/client';
import { classNames } from '../design/class-names.ts';
import { nameOf } from '../state/people.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './message-text.module.css';

/** Somebody who is mentioned, by the name that they have now; by what was typed as long as that is not known. */
export function MentionName({ user, words }: { user: number; words: string }) {
  const workspace = useWorkspace();
  const { people, me } = workspace;
  const own = useCell(workspace.profile);
  const known = useObserved(people, (all) => all.profile(user));
  const profile = user === me ? own : known;
  if (!profile && user !== everybody) people.want(user);
  const isMe = user === me || user === everybody;
  return (
    <bdi className={classNames(styles.mention, isMe && styles.me)}>
      {profile ? `@${nameOf(profile)}` : words}
    </bdi>
  );
}
