import { type EntryKind, limits, type Mention, type Message, type Reaction } from '@berth/wire';

/** What changed a message that was there before: an entry of the conversation with a place of its own. */
export type MessageChange = {
  conversation: number;
  /** Of the entry. */
  seq: number;
  /** The message. */
  target: number;
  sender: number;
  /** Milliseconds since 1970. */
  sentAt: number;
} & (
  | { kind: 'edited'; text: string; mentions?: Mention[] }
  | { kind: 'recalled' }
  /** `count`: how many have that emoji there now. */
  | { kind: 'reacted'; emoji: string; on: boolean; count: number }
  /** `count`: how many are pinned in the conversation now. */
  | { kind: 'pinned'; on: boolean; count: number }
  /** Of a poll: how many chose each option now, and at all. */
  | { kind: 'polled'; counts: number[]; voters: number; closed?: true }
);

const kinds: ReadonlySet<EntryKind | undefined> = new Set([
  'edited',
  'recalled',
  'reacted',
  'pinned',
  'polled',
] as const);

/** The change that an entry is; undefined of one that is none. */
export const changeOf = (entry: Message): MessageChange | undefined =>
  kinds.has(entry.kind) ? (entry as unknown as MessageChange) : undefined;

/** A message as it is after a change, for a user. What the message was told with already changes nothing. */
export function applyChange(message: Message, change: MessageChange, user: number): Message {
  if (change.seq <= (message.changed ?? 0)) return message;
  const changed = { ...message, changed: change.seq };
  if (message.recalledBy !== undefined) return changed;
  switch (change.kind) {
    case 'edited':
      // Empty: taken back since, which is told next.
      return change.text === '' ? changed : edited(changed, change);
    case 'recalled': {
      // Its place stays, and what stands below it.
      const { conversation, seq, sender, cid, sentAt, replyTo, thread, replies } = changed;
      return {
        ...{ conversation, seq, sender, cid, sentAt },
        ...(replyTo !== undefined && { replyTo }),
        ...(thread !== undefined && { thread }),
        ...(replies && { replies }),
        ...{ changed: change.seq, text: '', recalledBy: change.sender },
      };
    }
    case 'reacted': {
      const { reactions: before = [], ...rest } = changed;
      const reactions = reacted(before, change, user);
      return reactions.length === 0 ? rest : { ...rest, reactions };
    }
    case 'polled': {
      const { counts, voters, closed } = change;
      if (!changed.poll) return changed;
      return { ...changed, poll: { ...changed.poll, counts, voters, ...(closed && { closed }) } };
    }
    case 'pinned': {
      const { pinned: _, ...rest } = changed;
      return change.on ? { ...rest, pinned: { by: change.sender, at: change.sentAt } } : rest;
    }
  }
}

function edited(
  { mentions: _, ...message }: Message,
  { text, mentions, sentAt }: Extract<MessageChange, { kind: 'edited' }>,
): Message {
  return { ...message, text, ...(mentions && { mentions }), editedAt: sentAt };
}

/** Whether a reaction is the user's. */
export const isOwnReaction = ({ users, mine }: Reaction, user: number): boolean =>
  mine === true || users.includes(user);

function reacted(
  before: readonly Reaction[],
  { emoji, on, count, sender }: Extract<MessageChange, { kind: 'reacted' }>,
  user: number,
): Reaction[] {
  if (count === 0) return before.filter((one) => one.emoji !== emoji);
  const known = before.find((one) => one.emoji === emoji) ?? { emoji, count: 0, users: [] };
  const others = known.users.filter((one) => one !== sender);
  const users = on && others.length < limits.maxToldReacted ? [...others, sender] : others;
  const isMine = sender === user ? on : isOwnReaction(known, user);
  const next: Reaction = { emoji, count, users, ...(isMine && !users.includes(user) && { mine: true }) };
  const index = before.findIndex((one) => one.emoji === emoji);
  return index < 0 ? [...before, next] : before.with(index, next);
}
