import type { Message } from '@berth/wire';

/** A message as it is, for a user, after one more stands in its thread; what it was told with counts that already changes nothing. */
export function applyReply(root: Message, { seq, sender, mentions }: Message, user: number): Message {
  const { count, last, read } = root.replies ?? { count: 0, last: 0, read: undefined };
  if (seq <= last) return root;
  // Who writes has read what was there; who began it, and who is meant in it, hear of it.
  const isMeant = root.sender === user || mentions?.some((mention) => mention.user === user);
  const mine = sender === user ? seq : isMeant ? (read ?? 0) : read;
  return { ...root, replies: { count: count + 1, last: seq, ...(mine !== undefined && { read: mine }) } };
}
