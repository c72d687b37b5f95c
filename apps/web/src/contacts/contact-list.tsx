import { useVirtualizer } from '@tanstack/react-virtual';
import { Compass, Link2, MessageSquarePlus, UserRoundPlus, Users } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { usePlatform } from '../accounts/use-platform.ts';
import { Avatar } from '../design/avatar.tsx';
import { IconButton } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { EmptyState } from '../design/empty-state.tsx';
import room from '../design/room.module.css';
import { SkeletonList } from '../design/skeleton.tsx';
import hidden from '../design/unseen.module.css';
import { useRovingList } from '../design/use-roving-list.ts';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import { formatRoute } from '../shell/route.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './contacts.module.css';
import { PersonSearch } from './person-search.tsx';

const rowHeight = 60;

const GroupDialog = lazyPart(async () => (await import('../groups/group-dialog.tsx')).GroupDialog, 'dialog');

/** The search for people, the ways to requests and invites, and all friends with their presence. */
export function ContactList({
  person,
  page,
}: {
  person: number | undefined;
  page: 'requests' | 'invites' | 'groups' | undefined;
}) {
  const text = useText();
  const { people } = useWorkspace();
  const friends = useObserved(people, (all) => all.friends);
  const loaded = useObserved(people, (all) => all.loaded);
  const waiting = useObserved(people, (all) => all.waiting);
  const invites = usePlatform()?.invites === true;
  const [creating, setCreating] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const keyOf = useCallback((index: number) => friends[index]!.id, [friends]);
  const roving = useRovingList({
    count: friends.length,
    keyOf,
    start: Math.max(
      0,
      friends.findIndex(({ id }) => id === person),
    ),
    scroller,
    reveal: (index) => virtualizer.scrollToIndex(index),
  });
  const virtualizer = useVirtualizer({
    count: friends.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    rangeExtractor: roving.rangeExtractor,
  });
  return (
    <section className={room.column} aria-label={text('contacts.title')}>
      <header className={room.head}>
        <h1 className={room.title}>{text('contacts.title')}</h1>
        <IconButton label={text('contacts.group.new')} onClick={() => setCreating(true)}>
          <MessageSquarePlus size={20} aria-hidden />
        </IconButton>
      </header>
      <PersonSearch />
      <a
        href={formatRoute({ section: 'contacts', requests: true })}
        className={classNames(styles.requestsLink, page === 'requests' && styles.current)}
        aria-current={page === 'requests' ? 'page' : undefined}
      >
        <span className={styles.requestsIcon}>
          <UserRoundPlus size={20} aria-hidden />
        </span>
        <span className={styles.requestsText}>{text('contacts.requests')}</span>
        {waiting > 0 && (
          <span className={styles.badge}>
            <span aria-hidden>{waiting}</span>
            <span className={hidden.unseen}>{text('nav.waiting', { count: waiting })}</span>
          </span>
        )}
      </a>
      {invites && (
        <a
          href={formatRoute({ section: 'contacts', invites: true })}
          className={classNames(styles.requestsLink, page === 'invites' && styles.current)}
          aria-current={page === 'invites' ? 'page' : undefined}
        >
          <span className={styles.requestsIcon}>
            <Link2 size={20} aria-hidden />
          </span>
          <span className={styles.requestsText}>{text('invite.links')}</span>
        </a>
      )}
      <a
        href={formatRoute({ section: 'contacts', groups: true })}
        className={classNames(styles.requestsLink, page === 'groups' && styles.current)}
        aria-current={page === 'groups' ? 'page' : undefined}
      >
        <span className={styles.requestsIcon}>
          <Compass size={20} aria-hidden />
        </span>
        <span className={styles.requestsText}>{text('contacts.groups')}</span>
      </a>
      <h2 className={styles.group} id="friends">
        {text('contacts.friends')}
      </h2>
      <div ref={scroller} className={room.scroller} aria-busy={!loaded}>
        {!loaded && <SkeletonList rows={6} />}
        {loaded && friends.length === 0 && (
          <EmptyState icon={Users} title={text('contacts.friends.none')}>
            {text('contacts.friends.none.text')}
          </EmptyState>
        )}
        {friends.length > 0 && (
          <ul className={room.sizer} style={{ height: virtualizer.getTotalSize() }} aria-labelledby="friends">
            {virtualizer.getVirtualItems().map((row) => {
              const friend = friends[row.index]!;
              return (
                <li
                  key={row.key}
                  className={room.row}
                  style={{ transform: `translateY(${row.start}px)` }}
                  aria-setsize={friends.length}
                  aria-posinset={row.index + 1}
                >
                  <a
                    {...roving.item(row.index)}
                    href={formatRoute({ section: 'contacts', person: friend.id })}
                    className={classNames(styles.person, friend.id === person && styles.current)}
                    aria-current={friend.id === person ? 'true' : undefined}
                  >
                    <Avatar id={friend.id} name={nameOf(friend)} online={friend.online} />
                    <span className={styles.names}>
                      <bdi className={styles.name}>{nameOf(friend)}</bdi>
                      <span className={styles.presence}>
                        {friend.online !== undefined &&
                          text(friend.online ? 'person.presence.online' : 'person.presence.offline')}
                      </span>
                    </span>
                  </a>
                </li>
              );
            })}
          </ul>
        )}
      </div>
      {creating && <GroupDialog onClose={() => setCreating(false)} />}
    </section>
  );
}
