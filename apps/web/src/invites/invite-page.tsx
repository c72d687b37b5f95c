import type { Profile } from '@berth/wire';
import { Link2Off, MessageCircle } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import frame from '../design/page-frame.module.css';
import { SkeletonRow } from '../design/skeleton.tsx';
import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { keepPendingInvite, readPendingInvite } from '../state/pending-invite.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './invites.module.css';
import { useInviter } from './use-inviter.ts';

/** Where the link of an invite leads whoever is logged in: they confirm, and the two are friends. */
export function InvitePage({ invite }: { invite: string }) {
  const text = useText();
  const { inviter } = useInviter(invite);
  const { busy, failure, accept } = useAccept(invite);
  /** Has registered by it, and is not asked once more. */
  const agreed = useRef(readPendingInvite()?.agreed === true);
  useEffect(() => {
    if (agreed.current) accept();
    agreed.current = false;
  }, [accept]);
  return (
    <main tabIndex={-1} className={styles.invitePage}>
      <h1 className={hidden.unseen}>{text('invite.title')}</h1>
      {inviter?.kind === 'refused' && !busy && (
        <EmptyState
          icon={Link2Off}
          title={failure ?? inviter.why}
          action={<Button onClick={leave}>{text('invite.later')}</Button>}
        />
      )}
      {(inviter?.kind === 'asking' || (inviter?.kind === 'refused' && busy)) && <SkeletonRow />}
      {inviter?.kind === 'known' && (
        <Card user={inviter.user} busy={busy} failure={failure} onAccept={accept} />
      )}
    </main>
  );
}

function Card({
  user,
  busy,
  failure,
  onAccept,
}: {
  user: Pick<Profile, 'id' | 'name' | 'nick'>;
  busy: boolean;
  failure: string | undefined;
  onAccept: () => void;
}) {
  const text = useText();
  const { me, people } = useWorkspace();
  const friend = useObserved(people, (all) => all.friend(user.id));
  const name = user.nick || user.name;
  return (
    <section className={styles.inviteCard}>
      <Avatar id={user.id} name={name} size="large" />
      <h2 className={styles.inviterName}>
        <bdi>{name}</bdi>
      </h2>
      <p className={styles.soft}>
        <bdi>{`@${user.name}`}</bdi>
      </p>
      <p>
        {user.id === me
          ? text('invite.own')
          : friend
            ? text('invite.already')
            : text('invite.question', { name })}
      </p>
      {failure && (
        <p role="alert" className={frame.failure}>
          {failure}
        </p>
      )}
      <div className={styles.buttons}>
        {user.id === me ? (
          <Button onClick={() => navigate({ section: 'contacts', invites: true })}>
            {text('invite.links')}
          </Button>
        ) : friend ? (
          <Button onClick={() => navigate({ section: 'chats', conversation: friend.conversation })}>
            <MessageCircle size={18} aria-hidden />
            {text('person.message')}
          </Button>
        ) : (
          <Button disabled={busy} onClick={onAccept}>
            {text('invite.accept')}
          </Button>
        )}
        <Button look="quiet" onClick={leave}>
          {text('invite.later')}
        </Button>
      </div>
    </section>
  );
}

function useAccept(invite: string): { busy: boolean; failure: string | undefined; accept: () => void } {
  const text = useText();
  const notice = useNotice();
  const workspace = useWorkspace();
  const { busy, failure, run } = useTask();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const accept = useCallback(() => {
    void run(async () => {
      const { client, people, conversations } = workspace;
      const { friend } = await workspace.befriend(() => client.request('inviteAccept', { invite }));
      keepPendingInvite(undefined);
      people.addFriend(friend);
      conversations.touch(friend.conversation, client.now());
      notice(text('request.friends'));
      navigate({ section: 'chats', conversation: friend.conversation }, { replace: true });
    });
  }, [workspace, invite, notice, text]);
  return { busy, failure, accept };
}

function leave(): void {
  keepPendingInvite(undefined);
  navigate({ section: 'chats' }, { replace: true });
}
