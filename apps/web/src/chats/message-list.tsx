import { Menu } from '@base-ui/react/menu';
import { useVirtualizer } from '@tanstack/react-virtual';
import { MessageCircleHeart } from 'lucide-react';
import { type MouseEvent, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { EmptyState } from '../design/empty-state.tsx';
import { useRovingList } from '../design/use-roving-list.ts';
import { useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { JumpButton, MentionButton } from './jump-button.tsx';
import { MessageActs } from './message-acts.tsx';
import { MessageArticle } from './message-article.tsx';
import styles from './message-list.module.css';
import type { MessageMenuHandle, Writing } from './message-menu.tsx';
import { useOpenThread } from './open-thread.ts';
import { initialSizes, offsetOfPlace, openingPlace, type ScrollMemory } from './scroll-place.ts';
import { firstNewSeq, useDivider } from './use-divider.ts';
import { useEndKept } from './use-end-kept.ts';
import { useMessageGestures } from './use-message-gestures.ts';
import { identityOf, type RowKey, useMessageRows } from './use-message-rows.ts';
import { useReading } from './use-reading.ts';
import { useScrollMemory } from './use-scroll-memory.ts';
import type { Selection } from './use-selection.ts';

/** Nearer to the end than this one is at the end. */
const endThresholdPx = 60;
/** As high as the placeholder of message-row.module.css with the padding of a row. */
const placeholderHeightPx = 58;
/** Above the first message and below the last. */
const paddingPx = 12;
const highlightMs = 1_600;
/** Rows that exist above and below those in view: more than a turn of a wheel brings, as one that is measured in view moves the rest. */
const overscan = 12;

export interface MessageListHandle {
  scrollToEnd(): void;
  /** Of a message, if it is in view. */
  rowOf(seq: number): HTMLElement | null;
  /** The row that Tab comes to takes the focus. */
  focus(): void;
}

/** The messages of a conversation, as many as there may be; only those in view exist. */
export function MessageList({
  conversation,
  timeline,
  name,
  memory,
  writing,
  selection,
  handle,
}: {
  conversation: Conversation;
  timeline: Timeline;
  name: string;
  /** Where the reader was, by conversation; written when the list goes. */
  memory: Map<number, ScrollMemory>;
  writing: Writing;
  selection: Selection;
  handle: React.Ref<MessageListHandle>;
}) {
  const text = useText();
  const { receipts, client, me, place: wanted } = useWorkspace();
  const id = conversation.conversation;
  const rows = useMessageRows(timeline);
  const marks = useObserved(receipts, (book) => book.get(id)) ?? client.receipts(id);
  const failed = useObserved(timeline, (messages) => messages.failed);
  const { dividerAfter, clearDivider } = useDivider(conversation);
  const [menu] = useState<MessageMenuHandle>(() => Menu.createHandle());
  const [highlighted, setHighlighted] = useState<number>();
  const scroller = useRef<HTMLDivElement>(null);
  const [sizes] = useState(() => initialSizes(memory.get(id)));
  const lastMention = useRef(0);
  /** The last row in view since one has scrolled; undefined at the end. */
  const [lastSeen, setLastSeen] = useState<number>();

  const roving = useRovingList({
    count: rows.count,
    keyOf: (index) => identityOf(rows.keyOf(index)),
    start: lastSeen ?? rows.count - 1,
    scroller,
    reveal: (index) => virtualizer.scrollToIndex(index),
  });
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    getItemKey: rows.keyOf,
    // The same for every row and for its placeholder: loading what is above moves nothing, only measuring does.
    estimateSize: () => placeholderHeightPx,
    initialMeasurementsCache: sizes,
    initialOffset: () => {
      const place = openingPlace(memory.get(id), conversation);
      const index = place === 'end' ? place : timeline.indexOf(place.seq);
      const layout = { estimatePx: placeholderHeightPx, paddingPx };
      return offsetOfPlace(index, rows, sizes, layout) + (place === 'end' ? 0 : place.offsetPx);
    },
    overscan,
    rangeExtractor: roving.rangeExtractor,
    paddingStart: paddingPx,
    paddingEnd: paddingPx,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endThresholdPx,
  });
  const items = virtualizer.getVirtualItems();
  const range = virtualizer.range;
  const first = Math.max(0, (range?.startIndex ?? rows.count) - overscan);
  const last = Math.min(rows.count - 1, (range?.endIndex ?? -1) + overscan);

  const newSeq = firstNewSeq(timeline, dividerAfter, me);
  const version = timeline.version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in view must be asked for again when the ends move
  useEffect(() => {
    if (rows.storedCount > 0) {
      timeline.want(timeline.seqAt(first), timeline.seqAt(Math.min(last, rows.storedCount - 1)));
    }
  }, [timeline, first, last, rows.storedCount, version]);

  useScrollMemory(virtualizer, conversation, timeline, memory, endThresholdPx);

  useEndKept(scroller, virtualizer, endThresholdPx);

  const mayWrite = conversation.member;
  useMessageGestures(scroller, (seq) => mayWrite && writing.reply(seq)?.focus());

  const rowWith = (what: 'seq' | 'index', number: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-${what}="${number}"]`) ?? null;
  const rowOf = (seq: number) => rowWith('seq', seq);
  useImperativeHandle(handle, () => ({
    rowOf,
    focus: () =>
      scroller.current?.querySelector<HTMLElement>('article[tabindex="0"]')?.focus({ preventScroll: true }),
    scrollToEnd: () => {
      clearDivider();
      setLastSeen(undefined);
      // After the row of what was sent is there.
      requestAnimationFrame(() => virtualizer.scrollToEnd());
    },
  }));

  /** `byKeys`: the keyboard goes there, as it does when it was at a message. */
  const showMessage = (seq: number, byKeys = false) => {
    virtualizer.scrollToIndex(timeline.indexOf(seq), { align: 'center' });
    if (byKeys || scroller.current?.contains(document.activeElement)) focusOnceThere(() => rowOf(seq));
    setHighlighted(seq);
    setTimeout(() => setHighlighted((current) => (current === seq ? undefined : current)), highlightMs);
  };
  const toShow = useCell(wanted);
  const openThread = useOpenThread();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each
  useEffect(() => {
    if (toShow?.conversation !== id) return;
    wanted.value = undefined;
    // After a list that has just come knows where it begins.
    const { seq, thread, byKeys } = toShow;
    requestAnimationFrame(() => showMessage(thread ?? seq, byKeys));
    if (thread !== undefined) openThread?.(thread);
  }, [toShow, id]);
  /** From one unread mention to the next, though none of them has been read meanwhile. */
  const { mentions = [] } = conversation;
  const showMention = ({ detail }: MouseEvent) => {
    const seq = mentions.find((mention) => mention > lastMention.current) ?? mentions[0]!;
    lastMention.current = seq;
    if (timeline.get(seq)) showMessage(seq, isByKeys(detail));
    else void showWherever(seq, isByKeys(detail));
  };
  /** One that is not here, or has its place in a thread. */
  const showWherever = async (seq: number, byKeys: boolean) => {
    // What cannot be had is shown as far as it can be.
    const page = await client
      .request('sync', { conversation: id, after: seq - 1, limit: 1 })
      .catch(() => undefined);
    const thread = page?.messages.find((message) => message.seq === seq)?.thread;
    showMessage(thread ?? seq, byKeys);
    if (thread !== undefined) openThread?.(thread);
  };
  // By what is known of the rows: asking the element at each rendering would make it lay out early.
  const viewEnd = (virtualizer.scrollOffset ?? 0) + (virtualizer.scrollRect?.height ?? 0);
  const atEnd = virtualizer.getTotalSize() - viewEnd <= endThresholdPx;
  const lastInView = range === null ? -1 : Math.min(range.endIndex, rows.storedCount - 1);
  useReading(conversation, timeline, lastInView, atEnd && rows.count > 0);
  const { isScrolling } = virtualizer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where it came to rest
  useEffect(() => {
    if (atEnd) setLastSeen(undefined);
    else if (!isScrolling) setLastSeen(range?.endIndex);
  }, [isScrolling, atEnd]);

  /** Selects from a row on to the one above or below it. */
  const span = (index: number, step: 1 | -1) => {
    const to = Math.min(Math.max(index + step, 0), rows.storedCount - 1);
    if (index < rows.storedCount) selection.span(timeline.seqAt(to), timeline.seqAt(index));
  };

  /** To what is new, when something else lies between; else to the end. */
  const jump = ({ detail }: MouseEvent) => {
    const unread = conversation.unread > 0 ? firstNewSeq(timeline, conversation.read, me) : undefined;
    const index = unread === undefined ? -1 : timeline.indexOf(unread);
    const isBetween = index > lastInView + 1;
    if (isBetween) virtualizer.scrollToIndex(index, { align: 'start' });
    else virtualizer.scrollToEnd();
    // The button may go: the keyboard goes on from what it led to.
    if (isByKeys(detail)) focusOnceThere(() => rowWith('index', isBetween ? index : rows.count - 1));
  };

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="feed"
        aria-label={text('talk.label', { name })}
        aria-busy={items.some(({ key }) => typeof key === 'number' && key < 0)}
      >
        {rows.count === 0 && (
          <article className={styles.empty}>
            <EmptyState icon={MessageCircleHeart} title={text('talk.start')}>
              {text('talk.start.text')}
            </EmptyState>
          </article>
        )}
        <div className={styles.sizer} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows.at(item.index);
            const seq = row.kind === 'stored' ? row.seq : undefined;
            const identity = identityOf(item.key as RowKey);
            return (
              <MessageArticle
                key={identity}
                ref={virtualizer.measureElement}
                index={item.index}
                identity={identity}
                within="message"
                place={roving.item(item.index)}
                posinset={{ at: item.index + 1, of: rows.count }}
                isHighlighted={seq !== undefined && seq === highlighted}
                selection={selection}
                onSpan={(step) => span(item.index, step)}
                onReply={mayWrite ? (at) => writing.reply(at)?.focus() : undefined}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
                row={row}
                conversation={conversation}
                timeline={timeline}
                received={marks.received}
                read={marks.read}
                isFirstNew={seq !== undefined && seq === newSeq}
                menu={menu}
                onShow={showMessage}
              />
            );
          })}
        </div>
      </div>
      <MessageActs
        handle={menu}
        conversation={conversation}
        writing={writing}
        timeline={timeline}
        scroller={scroller}
      />
      {failed && (
        <p className={styles.failed} role="status">
          {text('talk.loadFailed')}
        </p>
      )}
      {mentions.some((seq) => !atEnd || !timeline.get(seq)) && (
        <MentionButton count={mentions.length} onClick={showMention} />
      )}
      {!atEnd && rows.count > 0 && <JumpButton unread={conversation.unread} onClick={jump} />}
    </div>
  );
}

/** The keyboard's clicks are counted by nobody. */
const isByKeys = (clicks: number): boolean => clicks === 0;

/** A row that was far away comes within a few frames. */
function focusOnceThere(find: () => HTMLElement | null, frames = 30): void {
  const row = find();
  if (row) row.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusOnceThere(find, frames - 1));
}
