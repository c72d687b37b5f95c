import { useEffect, useRef, useState } from 'react';
import { useDesk } from '../files/desk.ts';
import { FileDrop } from '../files/file-drop.tsx';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { closedFor } from './closed-composer.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { conversationName } from './conversation-name.ts';
import { Incoming } from './incoming.tsx';
import { MessageList, type MessageListHandle } from './message-list.tsx';
import type { Writing } from './message-menu.tsx';
import { OpenThreadProvider } from './open-thread.ts';
import type { ScrollMemory } from './scroll-place.ts';
import { useGroupMarks } from './use-group-marks.ts';
import { useMuted } from './use-muted.ts';
import { useSelection } from './use-selection.ts';

const SharedItems = lazyPart(async () => (await import('../files/shared-items.tsx')).SharedItems, 'dialog');
const ThreadPanel = lazyPart(async () => (await import('./thread-panel.tsx')).ThreadPanel, 'dialog');
const SelectionBar = lazyPart(async () => (await import('./selection-bar.tsx')).SelectionBar, 'dialog');
const PinnedBar = lazyPart(async () => (await import('../acts/pinned-bar.tsx')).PinnedBar, 'dialog');
const PollDialog = lazyPart(async () => (await import('../acts/poll-dialog.tsx')).PollDialog, 'dialog');
const LaterDialog = lazyPart(async () => (await import('../acts/later-dialog.tsx')).LaterDialog, 'dialog');
const GroupPanel = lazyPart(async () => (await import('../groups/group-panel.tsx')).GroupPanel, 'dialog');

/** An open conversation: who it is with, what was said, and where one writes. */
export function ConversationView({
  conversation,
  memory,
}: {
  conversation: Conversation;
  memory: Map<number, ScrollMemory>;
}) {
  const text = useText();
  const workspace = useWorkspace();
  const name = useObserved(workspace.people, () => conversationName(conversation, workspace, text));
  const [details, setDetails] = useState(false);
  const [shared, setShared] = useState(false);
  const [thread, setThread] = useState<number>();
  const [asking, setAsking] = useState(false);
  const [later, setLater] = useState(false);
  const offered = useCell(useDesk().service.offer) !== undefined;
  const mayWrite = !closedFor(conversation, useMuted(conversation));
  const list = useRef<MessageListHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const timeline = workspace.timeline(conversation.conversation)!;
  useGroupMarks(conversation);
  const { conversations } = workspace;
  // biome-ignore lint/correctness/useExhaustiveDependencies: who marks it while it is open wants to find it so later
  useEffect(() => {
    // What fails is tried again when it is opened next.
    if (conversation.markedUnread) conversations.markUnread(conversation.conversation, false).catch(() => {});
  }, []);
  const selection = useSelection(timeline);
  const isSelecting = selection.seqs !== undefined;
  const writing: Writing = {
    reply: (seq) => composer.current?.replyTo(seq) ?? null,
    edit: (seq) => composer.current?.edit(seq) ?? null,
    select: (seq) => {
      selection.toggle(seq);
      return list.current?.rowOf(seq) ?? null;
    },
  };
  return (
    <OpenThreadProvider value={setThread}>
      <ConversationHeader
        conversation={conversation}
        name={name}
        onDetails={() => setDetails(true)}
        onPoll={mayWrite ? () => setAsking(true) : undefined}
        onLater={mayWrite ? () => setLater(true) : undefined}
        onShared={offered ? () => setShared(true) : undefined}
      />
      <PinnedBar conversation={conversation} />
      <MessageList
        conversation={conversation}
        timeline={timeline}
        name={name}
        memory={memory}
        writing={writing}
        selection={selection}
        handle={list}
      />
      {/* What is being written stays as it is. */}
      <div hidden={isSelecting}>
        <Composer
          conversation={conversation}
          timeline={timeline}
          name={name}
          onLater={() => setLater(true)}
          onSent={() => list.current?.scrollToEnd()}
          handle={composer}
        />
      </div>
      {isSelecting && (
        <SelectionBar
          conversation={conversation}
          timeline={timeline}
          selection={selection}
          onEnd={() => {
            selection.end();
            list.current?.focus();
          }}
        />
      )}
      <Incoming conversation={conversation.conversation} />
      {offered && mayWrite && <FileDrop place={{ conversation: conversation.conversation }} name={name} />}
      {later && <LaterDialog place={conversation} onClose={() => setLater(false)} />}
      {asking && <PollDialog conversation={conversation.conversation} onClose={() => setAsking(false)} />}
      {shared && <SharedItems conversation={conversation.conversation} onClose={() => setShared(false)} />}
      {details && <GroupPanel conversation={conversation} onClose={() => setDetails(false)} />}
      {thread !== undefined && (
        <ThreadPanel
          key={thread}
          conversation={conversation}
          name={name}
          root={thread}
          onClose={() => setThread(undefined)}
        />
      )}
    </OpenThreadProvider>
  );
}
