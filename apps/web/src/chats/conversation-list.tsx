import { useVirtualizer } from '@tanstack/react-virtual';
import {
  Bookmark,
  CheckCheck,
  EllipsisVertical,
  Keyboard,
  ListFilter,
  MessageSquarePlus,
  MessagesSquare,
  Navigation,
  Search,
  SearchX,
  X,
} from 'lucide-react';
import { useCallback, useContext, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { usePlatform } from '../accounts/use-platform.ts';
import { Button, IconButton } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { ActionMenu } from '../design/menu.tsx';
import room from '../design/room.module.css';
import { SkeletonList } from '../design/skeleton.tsx';
import { useRovingList } from '../design/use-roving-list.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { KeysContext } from '../keys/keys-context.ts';
import { useNotice } from '../shell/notices.tsx';
import { lazyPart } from '../shell/part.tsx';
import { navigate } from '../shell/route.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { conversationName } from './conversation-name.ts';
import { ConversationRow } from './conversation-row.tsx';
import { FilterBar } from './filter-bar.tsx';
import { countFiltered, type Filter, isLeft } from './list-filter.ts';
import { matches } from './search.ts';

const rowHeight = 68;
/** The next page is asked for this many rows before the end. */
const rowsAhead = 30;

const BookmarksDialog = lazyPart(
  async () => (await import('../acts/bookmarks-dialog.tsx')).BookmarksDialog,
  'dialog',
);
const GroupDialog = lazyPart(async () => (await import('../groups/group-dialog.tsx')).GroupDialog, 'dialog');

/** All conversations, loaded as one scrolls, and a search over those that are loaded. */
export function ConversationList({ open }: { open: number | undefined }) {
  const invites = usePlatform()?.invites === true;
  const text = useText();
  const workspace = useWorkspace();
  const { conversations, connection } = workspace;
  const listed = useObserved(conversations, (list) => list.sorted);
  const away = useObserved(conversations, (list) => list.away);
  const [filter, setFilter] = useState<Filter>('all');
  const counts = useMemo(() => countFiltered(listed, away), [listed, away]);
  const all = useMemo(() => {
    if (filter === 'all') return listed;
    return filter === 'archive' ? away : listed.filter((one) => isLeft(filter, one, open));
  }, [listed, away, filter, open]);
  const openKeys = useContext(KeysContext);
  const started = useObserved(conversations, (list) => list.started);
  const complete = useObserved(conversations, (list) => list.complete);
  const loadedCount = listed.length + away.length;
  const online = useObserved(connection, ({ value }) => value.kind === 'online');
  const [query, setQuery] = useState('');
  const formats = useFormats();
  const notice = useNotice();
  const [creating, setCreating] = useState(false);
  const [marked, setMarked] = useState(false);
  const sought = useDeferredValue(query);
  const shown = useMemo(
    () =>
      sought.trim() === ''
        ? all
        : all.filter((conversation) =>
            matches(sought, [
              conversationName(conversation, workspace, text),
              conversation.peer?.name,
              conversation.peer?.nick,
              conversation.last?.text,
            ]),
          ),
    [all, sought, workspace, text],
  );

  const scroller = useRef<HTMLDivElement>(null);
  const keyOf = useCallback((index: number) => shown[index]!.conversation, [shown]);
  const openIndex = shown.findIndex(({ conversation }) => conversation === open);
  const roving = useRovingList({
    count: shown.length,
    keyOf,
    start: Math.max(0, openIndex),
    scroller,
    reveal: (index) => virtualizer.scrollToIndex(index),
  });
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    rangeExtractor: roving.rangeExtractor,
  });
  const rows = virtualizer.getVirtualItems();
  const last = virtualizer.range?.endIndex ?? 0;
  // Of few that a filter leaves there may be more beyond what is loaded.
  const within = filter === 'all' ? listed.length : all.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page may bring nothing that is left
  useEffect(() => {
    // What fails is asked for again with the next scroll or connect.
    if (online && !complete && last >= within - rowsAhead) conversations.loadMore().catch(() => {});
  }, [online, complete, last, within, conversations, loadedCount]);

  // The keys lead to conversations that are not in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another is opened, not when it moves
  useEffect(() => {
    if (openIndex >= 0 && scroller.current?.clientHeight) virtualizer.scrollToIndex(openIndex);
  }, [open]);

  const readAll = async () => {
    try {
      await conversations.markAllRead();
    } catch (error) {
      notice(errorText(error, text, formats), 'failure');
    }
  };

  return (
    <section className={room.column} aria-label={text('chats.title')}>
      <header className={room.head}>
        <h1 className={room.title}>{text('chats.title')}</h1>
        <IconButton label={text('chats.new')} onClick={() => setCreating(true)}>
          <MessageSquarePlus size={20} aria-hidden />
        </IconButton>
        <ActionMenu
          trigger={
            <IconButton label={text('chats.actions')}>
              <EllipsisVertical size={20} aria-hidden />
            </IconButton>
          }
          actions={[
            { label: text('chats.bookmarks'), icon: Bookmark, run: () => setMarked(true) },
            { label: text('chats.readAll'), icon: CheckCheck, run: () => void readAll() },
            { label: text('chats.goTo'), icon: Navigation, run: () => openKeys('palette') },
            { label: text('chats.keys'), icon: Keyboard, run: () => openKeys('keys') },
          ]}
        />
      </header>
      <div className={room.search}>
        <Search size={18} aria-hidden />
        <input
          type="search"
          className={room.searchInput}
          aria-label={text('chats.search')}
          placeholder={text('chats.search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setQuery('')}
        />
        {query !== '' && (
          <IconButton label={text('chats.search.clear')} className={room.clear} onClick={() => setQuery('')}>
            <X size={16} aria-hidden />
          </IconButton>
        )}
      </div>
      <FilterBar filter={filter} counts={counts} onChange={setFilter} />
      <div ref={scroller} className={room.scroller} aria-busy={!started}>
        {!started && <SkeletonList />}
        {started && all.length === 0 && filter !== 'all' && (
          <EmptyState icon={ListFilter} title={text('chats.filter.none')}>
            {text('chats.filter.none.text')}
          </EmptyState>
        )}
        {started && all.length === 0 && filter === 'all' && (
          <EmptyState
            icon={MessagesSquare}
            title={text('chats.none')}
            action={
              <>
                <Button onClick={() => navigate({ section: 'contacts' })}>{text('chats.none.action')}</Button>
                {invites && (
                  <Button look="quiet" onClick={() => navigate({ section: 'contacts', invites: true })}>
                    {text('invite.links')}
                  </Button>
                )}
              </>
            }
          >
            {text('chats.none.text')}
          </EmptyState>
        )}
        {all.length > 0 && shown.length === 0 && (
          <EmptyState icon={SearchX} title={text('chats.noMatch')}>
            {text('chats.noMatch.text', { query: sought.trim() })}
          </EmptyState>
        )}
        {shown.length > 0 && (
          <ul className={room.sizer} style={{ height: virtualizer.getTotalSize() }}>
            {rows.map((row) => (
              <li
                key={row.key}
                className={room.row}
                style={{ transform: `translateY(${row.start}px)` }}
                aria-setsize={shown.length}
                aria-posinset={row.index + 1}
              >
                <ConversationRow
                  conversation={shown[row.index]!}
                  open={shown[row.index]!.conversation === open}
                  {...roving.item(row.index)}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
      {marked && <BookmarksDialog onClose={() => setMarked(false)} />}
      {creating && <GroupDialog onClose={() => setCreating(false)} />}
    </section>
  );
}
