import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { matches } from '../chats/search.ts';
import { Avatar } from '../design/avatar.tsx';
import choices from '../design/choice-list.module.css';
import { classNames } from '../design/class-names.ts';
import { CheckField } from '../design/field.tsx';
import { FilterField } from '../design/filter-field.tsx';
import room from '../design/room.module.css';
import { useText } from '../i18n/language.tsx';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';
import styles from './groups.module.css';

const rowHeight = 52;

/** Chooses among one's friends. */
export function FriendPicker({
  chosen,
  onChange,
  without,
}: {
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
  /** Friends that cannot be chosen: they are there already. */
  without?: ReadonlySet<number>;
}) {
  const text = useText();
  const say = useGroupText();
  const { people } = useWorkspace();
  const friends = useObserved(people, (all) => all.friends);
  const [query, setQuery] = useState('');
  const shown = useMemo(
    () =>
      friends.filter((friend) => !without?.has(friend.id) && matches(query, [nameOf(friend), friend.name])),
    [friends, query, without],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => shown[index]!.id,
    overscan: 6,
  });
  const toggle = (id: number, checked: boolean) => {
    const next = new Set(chosen);
    if (checked) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <fieldset className={styles.picker}>
      <legend className={styles.legend}>
        {say('members.choose')}
        <span className={styles.count}>{say('members.chosen', { count: chosen.size })}</span>
      </legend>
      <FilterField label={say('members.filter')} value={query} onChange={setQuery} />
      <div ref={scroller} className={classNames(choices.list, styles.friends)}>
        {shown.length === 0 && (
          <p className={choices.none}>{without ? say('invite.none') : text('contacts.friends.none')}</p>
        )}
        <div className={room.sizer} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((row) => {
            const friend = shown[row.index]!;
            return (
              <div key={row.key} className={room.row} style={{ transform: `translateY(${row.start}px)` }}>
                <CheckField
                  className={choices.choice}
                  checked={chosen.has(friend.id)}
                  onChange={(checked) => toggle(friend.id, checked)}
                  label={
                    <>
                      <Avatar id={friend.id} name={nameOf(friend)} size="small" />
                      <bdi className={choices.name}>{nameOf(friend)}</bdi>
                    </>
                  }
                />
              </div>
            );
          })}
        </div>
      </div>
    </fieldset>
  );
}
