import { loadMenu } from '../design/menu.tsx';
import { whenIdle } from './when-idle.ts';

/** What the next press is likely to need. */
const parts = [() => import('../chats/conversation-view.tsx'), loadMenu];

/** Loads it before it is asked for. What cannot be had now is tried again by whoever needs it. */
export const prefetch = (): (() => void) =>
  whenIdle(() => {
    for (const load of parts) load().catch(() => {});
  });
