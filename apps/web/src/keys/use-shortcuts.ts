import { useEffect, useRef, useState } from 'react';
import { navigate, type Route } from '../shell/route.ts';
import { isNews } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import type { KeyPanel } from './keys-context.ts';
import { neighbour } from './neighbour.ts';
import { type Shortcut, shortcutOf } from './shortcut-of.ts';

/** What stands above the page and has its own keys; notices do not. */
const overlays = ':is([role="dialog"], [role="alertdialog"], [role="menu"]):not([data-notice])';

/** The keys that work everywhere; answers with the panel that is open by them. */
export function useShortcuts(route: Route): {
  panel: KeyPanel | undefined;
  setPanel: (panel: KeyPanel | undefined) => void;
} {
  const [panel, setPanel] = useState<KeyPanel>();
  const { conversations, undos } = useWorkspace();
  const open = route.section === 'chats' ? route.conversation : undefined;
  const current = useRef(open);
  useEffect(() => {
    current.current = open;
  }, [open]);
  useEffect(() => {
    /** Before anybody could close it by the same key. */
    let isCovered = false;
    const look = () => {
      isCovered = document.querySelector(overlays) !== null;
    };
    const go = (step: 1 | -1, isUnread: boolean) => {
      const next = neighbour(
        conversations.sorted,
        current.current,
        step,
        (conversation) => !isUnread || isNews(conversation),
      );
      if (next !== undefined) navigate({ section: 'chats', conversation: next });
    };
    const acts: Record<Shortcut, () => void> = {
      keys: () => setPanel('keys'),
      palette: () => setPanel('palette'),
      next: () => go(1, false),
      previous: () => go(-1, false),
      nextUnread: () => go(1, true),
      previousUnread: () => go(-1, true),
      undo: () => undos.undo(),
      back: stepBack,
    };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const shortcut = shortcutOf(event, isField(event.target));
      if (shortcut === undefined || (isCovered && shortcut !== 'undo')) return;
      if (shortcut !== 'back') event.preventDefault();
      acts[shortcut]();
    };
    window.addEventListener('keydown', look, { capture: true });
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', look, { capture: true });
      window.removeEventListener('keydown', press);
    };
  }, [conversations, undos]);
  return { panel, setPanel };
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type="radio"], [type="checkbox"])'));

/**
 * From where one writes to the messages, from what a message has within to it, from there to the list; on a phone, where that is another
 * page, to it.
 */
function stepBack(): void {
  const content = document.getElementById('content');
  const active = document.activeElement;
  if (!content?.contains(active)) return;
  const feed = content.querySelector('[role="feed"]');
  if (!feed) return;
  const message = feed.querySelector<HTMLElement>('article[tabindex="0"]');
  if (
    message &&
    (active instanceof HTMLTextAreaElement || (active !== message && message.contains(active)))
  ) {
    message.focus();
    return;
  }
  const row = document.querySelector<HTMLElement>('main a[aria-current="true"]');
  if (row?.checkVisibility()) row.focus();
  else navigate({ section: 'chats' });
}
