import type { Conversation } from '../state/conversations.ts';

/** Both pin in a direct conversation, owner and admins in a group. */
export const mayPin = ({ kind, role, member, refusal, refused }: Conversation): boolean =>
  member && (kind === 'direct' ? !refusal && !refused : role !== 'member');
