import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { Button } from '../design/button.tsx';
import choices from '../design/choice-list.module.css';
import room from '../design/room.module.css';
import { SkeletonList } from '../design/skeleton.tsx';
import { useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useGroupText } from './group-texts.ts';
import styles from './groups.module.css';
import { MemberRow } from './member-row.tsx';
import type { Members } from './use-members.ts';

const rowHeight = 60;
const rowsAhead = 15;

/** The members of a group, loaded as one scrolls. */
export function MemberList({
  conversation,
  members: { members, complete, failed, loadMore, reload, patch },
}: {
  conversation: Conversation;
  members: Members;
}) {
  const text = useText();
  const say = useGroupText();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: members.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => members[index]!.id,
    overscan: 6,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const wanted = members.length > 0 && !complete && !failed && last >= members.length - rowsAhead;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page
  useEffect(() => {
    if (wanted) loadMore();
  }, [wanted, members.length]);
  return (
    <>
      <h3 className={styles.heading} id="members">
        {say('members')}
      </h3>
      <div ref={scroller} className={room.scroller} aria-busy={!complete && members.length === 0}>
        {members.length === 0 && !failed && <SkeletonList rows={5} />}
        {failed && (
          <p className={choices.none}>
            <Button look="quiet" small onClick={members.length === 0 ? reload : loadMore}>
              {text('action.retry')}
            </Button>
          </p>
        )}
        <ul className={room.sizer} aria-labelledby="members" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => (
            <li
              key={row.key}
              className={room.row}
              style={{ transform: `translateY(${row.start}px)` }}
              aria-setsize={Math.max(conversation.memberCount, members.length)}
              aria-posinset={row.index + 1}
            >
              <MemberRow conversation={conversation} member={members[row.index]!} patch={patch} />
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
