import type { Forwarded } from '@berth/wire';
import { Forward } from 'lucide-react';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './forwarded-line.module.css';

/** Whose words a message passes on. */
export function ForwardedLine({ forwarded: { user, name } }: { forwarded: Forwarded }) {
  const say = useActsText();
  const { people, profile } = useWorkspace();
  const known = useObserved(people, (all) =>
    user === profile.value?.id ? profile.value : all.profile(user),
  );
  return (
    <span className={styles.line}>
      <Forward size={14} aria-hidden />
      <bdi>{say('forward.from', { name: (known && nameOf(known)) || name || user })}</bdi>
    </span>
  );
}
