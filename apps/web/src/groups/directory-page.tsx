import type { FoundGroup } from '@berth/client';
import { Users } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { EmptyState } from '../design/empty-state.tsx';
import { FilterField } from '../design/filter-field.tsx';
import frame from '../design/page-frame.module.css';
import { PageFrame } from '../design/page-frame.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';
import styles from './groups.module.css';
import { useOpenGroups } from './use-open-groups.ts';

/** The open groups: found by name, and joined without an invitation. */
export function DirectoryPage() {
  const text = useText();
  const say = useGroupText();
  const [query, setQuery] = useState('');
  const { groups, failure, more, retry } = useOpenGroups(query);
  return (
    <PageFrame title={text('contacts.groups')} back={{ section: 'contacts' }}>
      <FilterField label={say('directory.search')} maxLength={64} value={query} onChange={setQuery} />
      {failure && (
        <p role="alert" className={frame.failure}>
          {failure}{' '}
          <Button look="quiet" small onClick={retry}>
            {text('action.retry')}
          </Button>
        </p>
      )}
      {!groups && !failure && <SkeletonList rows={3} />}
      <div role="status">
        {groups?.length === 0 && (
          <EmptyState icon={Users} title={say('directory.none')}>
            {say('directory.none.text')}
          </EmptyState>
        )}
      </div>
      {groups && groups.length > 0 && (
        <ul className={frame.cards} aria-label={text('contacts.groups')}>
          {groups.map((group) => (
            <GroupCard key={group.conversation} group={group} />
          ))}
        </ul>
      )}
      {more && (
        <Button look="quiet" wide onClick={more}>
          {text('action.show')}
        </Button>
      )}
    </PageFrame>
  );
}

function GroupCard({ group }: { group: FoundGroup }) {
  const text = useText();
  const say = useGroupText();
  const { client, conversations } = useWorkspace();
  const { conversation: id, title, topic, about, memberCount } = group;
  const isThere = useObserved(conversations, (all) => all.get(id)?.member === true);
  const { busy, failure, run } = useTask();
  const open = () => navigate({ section: 'chats', conversation: id });
  const join = () =>
    run(async () => {
      const { conversation } = await client.request('groupJoin', { conversation: id });
      conversations.touch(id, client.now());
      conversations.replace([conversation]);
      open();
    });
  return (
    <li className={classNames(frame.card, styles.found)}>
      <Avatar id={id} name={title} group />
      <div className={styles.foundNames}>
        <h3 className={styles.foundTitle}>
          <bdi>{title}</bdi>
        </h3>
        {topic !== '' && <bdi>{topic}</bdi>}
        <span className={styles.soft}>{text('talk.members', { count: memberCount })}</span>
        {about !== '' && <p className={styles.about}>{about}</p>}
        {failure && (
          <p role="alert" className={frame.failure}>
            {failure}
          </p>
        )}
      </div>
      <Button
        small
        look={isThere ? 'quiet' : 'primary'}
        disabled={busy}
        aria-label={say(isThere ? 'directory.open' : 'directory.join', { title })}
        onClick={isThere ? open : join}
      >
        {say(isThere ? 'join.open' : 'join')}
      </Button>
    </li>
  );
}
