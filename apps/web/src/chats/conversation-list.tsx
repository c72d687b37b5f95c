import { useVirtualizer } from '@tanstack/react-virtual';
import {
  Archive,
  CheckCheck,
  EllipsisVertical,
  MessageSquarePlus,
  MessagesSquare,
  Search,
  SearchX,
  X,
} from 'lucide-react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { usePlatform } from '../accounts/use-platform.ts';
import { Button, IconButton } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { ActionMenu } from '../design/menu.tsx';
import room from '../design/room.module.css';
import { SkeletonList } from '../design/skeleton.tsx';
import { useRovingList } from '../design/use-roving-list.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { lazyPart } from '../shell/part.tsx';
import { navigate } from '../shell/route.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { conversationName } from './conversation-name.ts';
import { ConversationRow } from './conversation-row.tsx';
import { matches } from './search.ts';

const rowHeight = 68;
/** The next page is asked for this many rows before the end. */
const rowsAhead = 30;

const GroupDialog = lazyPart(async () => (await import('../groups/group-dialog.tsx')).GroupDialog, 'dialog');

/** All conversations, loaded as one scrolls, and a search over those that are loaded. */
export function ConversationList({ open }: { open: number | undefined }) {
  const invites = usePlatform()?.invites === true;
  const text = useText();
  const workspace = useWorkspace();
  const { conversations, connection } = workspace;
  const listed = useObserved(conversations, (list) => list.sorted);
  const hidden = useObserved(conversations, (list) => list.hidden);
  const [showsHidden, setShowsHidden] = useState(false);
  const all = showsHidden && hidden.length > 0 ? hidden : listed;
  const started = useObserved(conversations, (list) => list.started);
  const complete = useObserved(conversations, (list) => list.complete);
  const online = useObserved(connection, ({ value }) => value.kind === 'online');
  const [query, setQuery] = useState('');
  const formats = useFormats();
  const notice = useNotice();
  const [creating, setCreating] = useState(false);
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
  const roving = useRovingList({
    count: shown.length,
    keyOf,
    start: Math.max(
      0,
      shown.findIndex(({ conversation }) => conversation === open),
    ),
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
  useEffect(() => {
    // What fails is asked for again with the next scroll or connect.
    if (online && !complete && last >= listed.length - rowsAhead) conversations.loadMore().catch(() => {});
  }, [online, complete, last, listed.length, conversations]);

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
        <h1 className={room.title}>
          {text(showsHidden && hidden.length > 0 ? 'chats.hidden' : 'chats.title')}
        </h1>
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
            { label: text('chats.readAll'), icon: CheckCheck, run: () => void readAll() },
            ...(hidden.length > 0
              ? [
                  {
                    label: text(showsHidden ? 'chats.hidden.back' : 'chats.hidden.show'),
                    icon: showsHidden ? MessagesSquare : Archive,
                    run: () => setShowsHidden(!showsHidden),
                  },
                ]
              : []),
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
      <div ref={scroller} className={room.scroller} aria-busy={!started}>
        {!started && <SkeletonList />}
        {started && all.length === 0 && (
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
      {creating && <GroupDialog onClose={() => setCreating(false)} />}
    </section>
  );
}
