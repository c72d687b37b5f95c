import { Archive, ArchiveRestore, Bell, BellOff, CheckCheck, MessageCircle, Pin, PinOff } from 'lucide-react';
import type { Action } from '../design/action.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { navigate, parseRoute } from '../shell/route.ts';
import { useUndo } from '../shell/use-undo.ts';
import { type Conversation, isAway, isNews } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';

interface Wish {
  pinned?: boolean;
  silenced?: boolean;
  hidden?: boolean;
  archived?: boolean;
}

/** Pinning, silencing, and the archive: shown at once, taken back when the server refuses. */
export function usePreferenceActions(conversation: Conversation): Action[] {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const offerUndo = useUndo();
  const { client, conversations } = useWorkspace();
  const { conversation: id, pinned, silenced, member, head, archived } = conversation;
  const away = isAway(conversation);
  const isUnread = isNews(conversation);
  const refused = (error: unknown) => notice(errorText(error, text, formats), 'failure');
  const prefer = async ({ archived: into, ...wish }: Wish) => {
    const { hidden = false } = conversation;
    const before = { pinned, silenced, hidden, ...(archived !== undefined && { archived }) };
    const kept = into === undefined ? archived : into ? head : undefined;
    conversations.prefer(id, {
      ...{ pinned, silenced, hidden },
      ...wish,
      ...(kept !== undefined && { archived: kept }),
    });
    try {
      const asked = { conversation: id, ...wish, ...(into !== undefined && { archived: into }) };
      conversations.prefer(id, await client.request('preferences', asked));
    } catch (error) {
      conversations.prefer(id, before);
      refused(error);
    }
  };
  const putAway = (isPut: boolean) =>
    prefer({
      ...(member ? {} : { hidden: isPut }),
      ...((member || archived !== undefined) && { archived: isPut }),
    });
  const markUnread = () => {
    if (isUnread) conversations.markRead(id, conversation.head);
    if (!isUnread || conversation.markedUnread) conversations.markUnread(id, !isUnread).catch(refused);
  };
  return [
    {
      label: text(isUnread ? 'chats.markRead' : 'chats.markUnread'),
      icon: isUnread ? CheckCheck : MessageCircle,
      run: markUnread,
    },
    {
      label: text(pinned ? 'chats.unpin' : 'chats.pin'),
      icon: pinned ? PinOff : Pin,
      run: () => void prefer({ pinned: !pinned }),
    },
    {
      label: text(silenced ? 'chats.unsilence' : 'chats.silence'),
      icon: silenced ? Bell : BellOff,
      // One that has come back from the archive is not to go there again by this.
      run: () => void prefer({ silenced: !silenced, ...(archived !== undefined && { archived: away }) }),
    },
    {
      label: text(away ? 'chats.bringBack' : 'chats.putAway'),
      icon: away ? ArchiveRestore : Archive,
      run: () => {
        if (away) {
          void putAway(false);
          return;
        }
        const route = parseRoute(location.hash);
        const isOpen = route.section === 'chats' && route.conversation === id;
        if (isOpen) navigate({ section: 'chats' });
        void putAway(true);
        offerUndo(text('chats.putAway.done'), {
          undo: () => {
            if (isOpen) navigate({ section: 'chats', conversation: id });
            return putAway(false);
          },
        });
      },
    },
  ];
}
