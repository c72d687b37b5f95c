import type { Message } from '@berth/wire';
import type { Conversation } from '../state/conversations.ts';

/** One's own for a while, whatever is said in a group that one looks after. */
export const mayRecall = (
  { member, kind, role }: Conversation,
  { mine, sentAt }: Pick<Message, 'sentAt'> & { mine: boolean },
  { now, recallMs }: { now: number; recallMs: number },
): boolean => member && ((kind === 'group' && role !== 'member') || (mine && now - sentAt < recallMs));
