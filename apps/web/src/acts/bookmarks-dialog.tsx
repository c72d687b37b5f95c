import type { Message } from '@berth/wire';
import { BookmarkMinus } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { usePages } from '../shell/use-pages.ts';
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
  const ask = useCallback(
    async (from: { cursor?: string }) => {
      const page = await client.request('bookmarks', from);
      for (const { sender } of page.messages) people.want(sender);
      return { items: page.messages, cursor: page.cursor };
    },
    [client, people],
  );
  const { items: found, failure, busy, more, renew, keep } = usePages(ask);
  useEffect(
    () =>
      client.on('bookmarked', ({ conversation, target, on }) => {
        if (on) renew();
        else keep((one) => !isSame(one, { conversation, seq: target }));
      }),
    [client, renew, keep],
  );
  const remove = (message: Message) => {
    const { conversation, seq: target } = message;
    const mark = (on: boolean) => client.request('bookmark', { conversation, target, on });
    tried(
      async () => {
        await mark(false);
        keep((one) => !isSame(one, message));
      },
      say('bookmarks.undone'),
      () => mark(true).then(renew),
    );
  };
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
      {more && (
        <Button look="quiet" disabled={busy} onClick={more}>
          {say('more')}
        </Button>
      )}
    </Panel>
  );
}
