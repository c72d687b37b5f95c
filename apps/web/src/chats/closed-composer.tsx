import { useUnblock } from '../contacts/use-unblock.ts';
import { Button } from '../design/button.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import type { Conversation } from '../state/conversations.ts';
import styles from './composer.module.css';

/** Why one cannot write. `refused`: the server would not take it and does not say more. */
type Why =
  | { kind: 'left' | 'blocked' | 'not_friends' | 'refused' | 'admins' }
  | { kind: 'muted'; until: number };

/** The reason that goes before all others; undefined where one may write. */
export function closedFor(
  { member, refusal, refused, role, settings }: Conversation,
  mutedUntil: number | undefined,
): Why | undefined {
  if (!member) return { kind: 'left' };
  if (refusal) return { kind: refusal };
  if (refused) return { kind: refused === 'blocked' ? 'refused' : refused };
  if (settings?.announcements && role === 'member') return { kind: 'admins' };
  return mutedUntil === undefined ? undefined : { kind: 'muted', until: mutedUntil };
}

/** In place of the composer: why one cannot write, and what one could do. */
export function ClosedComposer({
  conversation: { peer },
  name,
  why,
}: {
  conversation: Conversation;
  name: string;
  why: Why;
}) {
  const text = useText();
  const formats = useFormats();
  const { busy, failure, run } = useTask();
  const unblocked = useUnblock();
  const unblock = () => run(() => unblocked(peer!.id, name));
  const words = {
    left: () => text('talk.cannotWrite.left'),
    blocked: () => text('talk.cannotWrite.blocked', { name }),
    not_friends: () => text('talk.cannotWrite.notFriends', { name }),
    refused: () => text('talk.cannotWrite.refused', { name }),
    admins: () => text('error.admins_only'),
    muted: () => text('talk.cannotWrite.muted', { time: formats.full('until' in why ? why.until : 0) }),
  };
  return (
    <footer className={styles.closed}>
      <span>{words[why.kind]()}</span>
      {peer && why.kind === 'blocked' && (
        <Button look="quiet" small disabled={busy} onClick={unblock}>
          {text('person.unblock')}
        </Button>
      )}
      {peer && why.kind === 'not_friends' && (
        <Button look="quiet" small onClick={() => navigate({ section: 'contacts', person: peer.id })}>
          {text('talk.profile')}
        </Button>
      )}
      {failure && (
        <span role="alert" className={styles.problem}>
          {failure}
        </span>
      )}
    </footer>
  );
}
