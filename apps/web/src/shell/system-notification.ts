import { homeUrl, ownName } from '../state/home.ts';
import { serviceWorkers } from './service-workers.ts';

export interface SystemNotification {
  title: string;
  body: string;
  conversation: number;
  onOpen: () => void;
}

export const mayNotify = (): boolean => 'Notification' in window && Notification.permission === 'granted';

/**
 * Shows a message outside of the page, one of each conversation at a time. Where pages may not construct notifications, as
 * on Android, the service worker shows it, and says to a page that it was clicked.
 */
export async function notifySystem({ title, body, conversation, onOpen }: SystemNotification): Promise<void> {
  const tag = ownName(`conversation-${conversation}`);
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      onOpen();
      shown.close();
    };
  } catch {
    const worker = await serviceWorkers()
      ?.getRegistration()
      .catch(() => undefined);
    // Before a client has its own worker, that of one further up on the same host is the nearest.
    if (worker?.scope !== homeUrl()) return;
    await worker.showNotification(title, { body, tag, data: { conversation } }).catch(() => {});
  }
}

/** `listener` hears when a notification that the service worker has shown was clicked; what is returned ends it. */
export function onNotificationOpened(listener: (conversation: number) => void): () => void {
  const container = serviceWorkers();
  const hear = ({ data }: MessageEvent) => {
    if (typeof data?.openConversation === 'number') listener(data.openConversation);
  };
  container?.addEventListener('message', hear);
  return () => container?.removeEventListener('message', hear);
}
