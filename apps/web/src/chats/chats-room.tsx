import { MessageCircleQuestionMark, MessagesSquare } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { Room } from '../design/room.tsx';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import { navigate } from '../shell/route.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ConversationList } from './conversation-list.tsx';
import type { ScrollMemory } from './scroll-place.ts';

const ConversationView = lazyPart(
  async () => (await import('./conversation-view.tsx')).ConversationView,
  'within',
  <div aria-busy />,
);

/** The list of conversations, and the one that is open. */
export function ChatsRoom({ conversation: id }: { conversation: number | undefined }) {
  const text = useText();
  const { conversations, connection } = useWorkspace();
  const conversation = useObserved(conversations, (list) => (id === undefined ? undefined : list.get(id)));
  const any = useObserved(conversations, (list) => list.sorted.length > 0);
  const memory = useRef(new Map<number, ScrollMemory>());
  const unknown = id !== undefined && conversation === undefined;
  const absent = useObserved(conversations, (list) => unknown && list.isAbsent(id));
  const online = useObserved(connection, ({ value }) => value.kind === 'online');
  useEffect(() => {
    if (unknown && online) void conversations.fetch(id);
  }, [unknown, online, conversations, id]);
  return (
    <Room title={text('chats.title')} column={<ConversationList open={id} />} deep={id !== undefined}>
      {conversation ? (
        <ConversationView
          key={conversation.conversation}
          conversation={conversation}
          memory={memory.current}
        />
      ) : absent ? (
        <EmptyState
          icon={MessageCircleQuestionMark}
          title={text('chats.absent')}
          action={
            <Button onClick={() => navigate({ section: 'chats' })}>{text('chats.absent.action')}</Button>
          }
        >
          {text('chats.absent.text')}
        </EmptyState>
      ) : unknown ? (
        <div aria-busy={online} />
      ) : (
        <EmptyState icon={MessagesSquare} title={text(any ? 'chats.choose' : 'app.name')}>
          {text(any ? 'chats.choose.text' : 'app.tagline')}
        </EmptyState>
      )}
    </Room>
  );
}
