import type { Message } from '@berth/wire';
import { BookmarkMinus } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import { FoundMessages } from './found-messages.tsx';
import { useTried } from './use-tried.ts';

const isSame = (one: Message, other: { conversation: number; seq: number }): boolean =>
  one.conversation === other.conversation && one.seq === other.seq;

/** What the user has marked for themselves, in all conversations. */
export function BookmarksDialog({ onClose }: { onClose: () => void }) {
  const say = useActsText();
  const { client, people } = useWorkspace();
  const tried = useTried();
  const { run, failure, busy } = useTask();
  const [found, setFound] = useState<readonly Message[]>();
  const [cursor, setCursor] = useState<string>();
  const load = useCallback(
    async (from?: string) => {
      const page = await client.request('bookmarks', from === undefined ? {} : { cursor: from });
      for (const { sender } of page.messages) people.want(sender);
      setFound((before = []) => [...(from === undefined ? [] : before), ...page.messages]);
      setCursor(page.cursor);
    },
    [client, people],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    void run(() => load());
    return client.on('bookmarked', ({ conversation, target, on }) => {
      if (on) void load().catch(() => {});
      else setFound((all) => all?.filter((one) => !isSame(one, { conversation, seq: target })));
    });
  }, [client, load]);
  const remove = (message: Message) =>
    tried(async () => {
      const { conversation, seq } = message;
      await client.request('bookmark', { conversation, target: seq, on: false });
      setFound((all) => all?.filter((one) => !isSame(one, message)));
    }, say('bookmarks.undone'));
  return (
    <Panel open onClose={onClose} title={say('bookmarks')}>
      {failure && <p role="alert">{failure}</p>}
      {found && (
        <FoundMessages
          messages={found}
          none={say('bookmarks.none')}
          places
          onShown={onClose}
          action={{ label: say('unbookmark'), icon: BookmarkMinus, run: remove }}
        />
      )}
      {cursor !== undefined && (
        <Button look="quiet" disabled={busy} onClick={() => void run(() => load(cursor))}>
          {say('more')}
        </Button>
      )}
    </Panel>
  );
}
