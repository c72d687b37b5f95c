import type { GroupPreview } from '@berth/client';
import { Link2Off } from 'lucide-react';
import { useEffect } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import frame from '../design/page-frame.module.css';
import { SkeletonRow } from '../design/skeleton.tsx';
import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import styles from '../invites/invites.module.css';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { keepPendingJoin } from '../state/pending-join.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';
import { useLinkedGroup } from './use-linked-group.ts';

/** Where the link of a group leads whoever is logged in: they see which one it is, and join. */
export function JoinPage({ link }: { link: string }) {
  const text = useText();
  const say = useGroupText();
  const linked = useLinkedGroup(link);
  useEffect(() => keepPendingJoin(undefined), []);
  return (
    <main tabIndex={-1} className={styles.invitePage}>
      <h1 className={hidden.unseen}>{say('join.title')}</h1>
      {linked.kind === 'refused' && (
        <EmptyState
          icon={Link2Off}
          title={linked.why}
          action={<Button onClick={leave}>{text('invite.later')}</Button>}
        />
      )}
      {linked.kind === 'asking' && <SkeletonRow />}
      {linked.kind === 'known' && <Card group={linked.group} link={link} />}
    </main>
  );
}

function Card({ group, link }: { group: GroupPreview['group']; link: string }) {
  const text = useText();
  const say = useGroupText();
  const { client, conversations } = useWorkspace();
  const { id, title, topic, memberCount } = group;
  const isThere = useObserved(conversations, (all) => all.get(id)?.member === true);
  const { busy, failure, run } = useTask();
  const open = () => navigate({ section: 'chats', conversation: id }, { replace: true });
  const join = () =>
    run(async () => {
      const { conversation } = await client.request('groupJoin', { link });
      conversations.touch(id, client.now());
      conversations.replace([conversation]);
      open();
    });
  return (
    <section className={styles.inviteCard}>
      <Avatar id={id} name={title} size="large" group />
      <h2 className={styles.inviterName}>
        <bdi>{title}</bdi>
      </h2>
      <p className={styles.soft}>{text('talk.members', { count: memberCount })}</p>
      {topic !== '' && (
        <p>
          <bdi>{topic}</bdi>
        </p>
      )}
      {failure && (
        <p role="alert" className={frame.failure}>
          {failure}
        </p>
      )}
      <div className={styles.buttons}>
        <Button disabled={busy} onClick={isThere ? open : join}>
          {say(isThere ? 'join.open' : 'join')}
        </Button>
        <Button look="quiet" onClick={leave}>
          {text('invite.later')}
        </Button>
      </div>
    </section>
  );
}

function leave(): void {
  navigate({ section: 'chats' }, { replace: true });
}
