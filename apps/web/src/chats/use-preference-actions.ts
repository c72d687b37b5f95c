import { Archive, ArchiveRestore, Bell, BellOff, Pin, PinOff } from 'lucide-react';
import type { Action } from '../design/menu.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { navigate, parseRoute } from '../shell/route.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Pinning, silencing, and putting away what one has left: shown at once, taken back when the server refuses. */
export function usePreferenceActions(conversation: Conversation): Action[] {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { client, conversations } = useWorkspace();
  const { conversation: id, pinned, silenced, member } = conversation;
  const hidden = conversation.hidden ?? false;
  const prefer = async (change: { pinned: boolean } | { silenced: boolean } | { hidden: boolean }) => {
    conversations.patch(id, change);
    try {
      conversations.patch(id, await client.request('preferences', { conversation: id, ...change }));
    } catch (error) {
      conversations.patch(id, { pinned, silenced, hidden });
      notice(errorText(error, text, formats), 'failure');
    }
  };
  return [
    {
      label: text(pinned ? 'chats.unpin' : 'chats.pin'),
      icon: pinned ? PinOff : Pin,
      run: () => void prefer({ pinned: !pinned }),
    },
    {
      label: text(silenced ? 'chats.unsilence' : 'chats.silence'),
      icon: silenced ? Bell : BellOff,
      run: () => void prefer({ silenced: !silenced }),
    },
    ...(member
      ? []
      : [
          {
            label: text(hidden ? 'chats.bringBack' : 'chats.putAway'),
            icon: hidden ? ArchiveRestore : Archive,
            run: () => {
              const { section, ...open } = parseRoute(location.hash);
              const isOpen = section === 'chats' && 'conversation' in open && open.conversation === id;
              if (!hidden && isOpen) navigate({ section: 'chats' });
              void prefer({ hidden: !hidden });
            },
          },
        ]),
  ];
}
