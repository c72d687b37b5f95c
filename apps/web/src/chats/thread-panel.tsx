import { Menu } from '@base-ui/react/menu';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { Drawer } from '../design/dialog.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { useRovingList } from '../design/use-roving-list.ts';
import { useDesk } from '../files/desk.ts';
import { FileDrop } from '../files/file-drop.tsx';
import { useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { closedFor } from './closed-composer.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import { MessageActs } from './message-acts.tsx';
import { MessageArticle } from './message-article.tsx';
import type { MessageMenuHandle } from './message-menu.tsx';
import { OpenThreadProvider } from './open-thread.ts';
import styles from './thread-panel.module.css';
import { useMessageGestures } from './use-message-gestures.ts';
import { useMuted } from './use-muted.ts';
import { useThread } from './use-thread.ts';
import { useThreadRows } from './use-thread-rows.ts';

const highlightMs = 1_600;

interface ThreadProps {
  conversation: Conversation;
  name: string;
  /** The message that began it. */
  root: number;
  onClose: () => void;
}

/** What is said below a message, beside the conversation. */
export function ThreadPanel(props: ThreadProps) {
  const text = useText();
  return (
    <Drawer open onClose={props.onClose} title={text('talk.thread.title')} className={styles.panel}>
      <OpenThreadProvider value={undefined}>
        <Thread {...props} />
      </OpenThreadProvider>
    </Drawer>
  );
}

/** It is there once the drawer is. */
function Thread({ conversation, name, root, onClose }: ThreadProps) {
  const text = useText();
  const { receipts, client, gone } = useWorkspace();
  const id = conversation.conversation;
  const thread = useThread(id, root);
  const { messages } = thread;
  const rows = useThreadRows(messages);
  const all = [...(rows.root ? [rows.root] : []), ...rows.replies];
  const marks = useObserved(receipts, (book) => book.get(id)) ?? client.receipts(id);
  const [menu] = useState<MessageMenuHandle>(() => Menu.createHandle());
  const [highlighted, setHighlighted] = useState<number>();
  const scroller = useRef<HTMLDivElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const offered = useCell(useDesk().service.offer) !== undefined;
  const mayWrite = !closedFor(conversation, useMuted(conversation));
  const articleOf = (index: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  const roving = useRovingList({
    count: all.length,
    keyOf: (index) => all[index]!.key,
    start: all.length - 1,
    scroller,
    reveal: (index) => articleOf(index)?.scrollIntoView({ block: 'nearest' }),
  });
  const writing = useMemo(
    () => ({
      reply: (seq: number) => composer.current?.replyTo(seq) ?? null,
      edit: (seq: number) => composer.current?.edit(seq) ?? null,
    }),
    [],
  );
  useMessageGestures(scroller, (seq) => conversation.member && writing.reply(seq)?.focus());
  const isGone = useObserved(gone, (all) => all.has(id, root));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (isGone) onClose();
  }, [isGone]);
  const last = rows.replies.at(-1)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: to what came last
  useEffect(() => {
    const { current } = scroller;
    current?.scrollTo(0, current.scrollHeight);
  }, [last]);
  const showMessage = (seq: number) => {
    const article = articleOf(all.findIndex(({ row }) => row.kind === 'stored' && row.seq === seq));
    article?.scrollIntoView({ block: 'center' });
    article?.focus({ preventScroll: true });
    setHighlighted(seq);
    setTimeout(() => setHighlighted((current) => (current === seq ? undefined : current)), highlightMs);
  };
  const articleAt = (index: number, className?: string) => {
    const { key, row } = all[index]!;
    const seq = row.kind === 'stored' ? row.seq : undefined;
    return (
      <MessageArticle
        key={key}
        index={index}
        identity={key}
        within="thread"
        place={roving.item(index)}
        isHighlighted={seq !== undefined && seq === highlighted}
        onReply={conversation.member ? (at) => writing.reply(at)?.focus() : undefined}
        className={classNames(styles.row, className)}
        row={row}
        conversation={conversation}
        timeline={messages}
        received={marks.received}
        // How far others have read in the conversation says nothing of the thread.
        read={0}
        isFirstNew={false}
        menu={menu}
        onShow={showMessage}
      />
    );
  };
  const first = rows.root ? 1 : 0;
  return (
    <>
      <div ref={scroller} className={styles.scroller}>
        {thread.failure && (
          <p role="alert" className={styles.failure}>
            {thread.failure}{' '}
            <Button look="quiet" small onClick={thread.retry}>
              {text('action.retry')}
            </Button>
          </p>
        )}
        {!rows.root && !thread.failure && <SkeletonList rows={2} />}
        {rows.root && articleAt(0, styles.root)}
        {thread.earlier && (
          <Button look="quiet" small disabled={thread.busy} onClick={thread.earlier}>
            {text('action.show')}
          </Button>
        )}
        {rows.replies.length > 0 && (
          <div role="feed" aria-label={text('talk.thread.replies')} aria-busy={thread.busy}>
            {rows.replies.map((_, index) => articleAt(first + index))}
          </div>
        )}
      </div>
      <Composer
        conversation={conversation}
        timeline={messages}
        thread={root}
        name={name}
        onSent={() => {}}
        handle={composer}
      />
      {offered && mayWrite && <FileDrop place={{ conversation: id, thread: root }} name={name} />}
      <MessageActs
        handle={menu}
        conversation={conversation}
        writing={writing}
        timeline={messages}
        scroller={scroller}
      />
    </>
  );
}
