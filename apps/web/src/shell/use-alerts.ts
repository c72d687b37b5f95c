import { isMentioned } from '@berth/client';
import type { Message } from '@berth/wire';
import { useEffect, useRef } from 'react';
import { conversationName } from '../chats/conversation-name.ts';
import { saidText } from '../files/summary.ts';
import { useText } from '../i18n/language.tsx';
import { useSettings } from '../settings/settings-context.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { LookedAt } from './looked-at.ts';
import { useNotice } from './notices.tsx';
import { navigate } from './route.ts';
import { mayNotify, notifySystem, onNotificationOpened } from './system-notification.ts';

const maxBodyLength = 200;

const openConversation = (conversation: number) => navigate({ section: 'chats', conversation });

/** Tells of what happens while the user looks elsewhere, in the ways that they allow; and keeps the client awake. */
export function useAlerts(): void {
  const text = useText();
  const workspace = useWorkspace();
  const notice = useNotice();
  const [settings] = useSettings();
  const current = useRef({ settings, text, notice });
  useEffect(() => {
    current.current = { settings, text, notice };
  });

  useEffect(() => {
    const lookedAt = new LookedAt();
    const alert = async (message: Message) => {
      // Of several tabs one tells, and none when the user looks at any of them.
      if (!workspace.client.leads || (await lookedAt.anywhere())) return;
      const { settings, text } = current.current;
      const conversation = workspace.conversations.get(message.conversation);
      // A silenced one still tells of what means its reader.
      if (conversation?.silenced && !isMentioned(message.mentions, workspace.me)) return;
      // Seldom needed: loaded when it is.
      if (settings.sound)
        import('./tone.ts').then(
          ({ playTone }) => playTone(),
          () => {},
        );
      if (!settings.notifications || !mayNotify()) return;
      await notifySystem({
        title: conversationName(conversation, workspace, text),
        body: saidText(message, text).slice(0, maxBodyLength),
        conversation: message.conversation,
        onOpen: () => openConversation(message.conversation),
      });
    };
    const stop = workspace.onHappening((happening) => {
      const { text, notice } = current.current;
      if (happening.kind === 'request') {
        notice(text('request.new', { name: nameOf(happening.request) }));
        return;
      }
      if (happening.kind === 'accepted') {
        const friend = workspace.people.friend(happening.user);
        if (!friend) return;
        const wasAsked = workspace.people.requests.some(
          ({ id, direction }) => id === friend.id && direction === 'outgoing',
        );
        notice(text(wasAsked ? 'request.accepted' : 'invite.came', { name: nameOf(friend) }));
        return;
      }
      void alert(happening.message);
    });
    return () => {
      stop();
      lookedAt.close();
    };
  }, [workspace]);

  useEffect(() => onNotificationOpened(openConversation), []);

  useEffect(() => {
    const wake = () => workspace.client.wake();
    const look = () => {
      if (document.hidden) workspace.keep();
      else wake();
    };
    const keep = () => workspace.keep();
    window.addEventListener('online', wake);
    window.addEventListener('pagehide', keep);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('online', wake);
      window.removeEventListener('pagehide', keep);
      document.removeEventListener('visibilitychange', look);
    };
  }, [workspace]);
}
