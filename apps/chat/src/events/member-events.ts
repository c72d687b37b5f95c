import { type ConversationEvent, encodeFrame, frameIds } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import type { LogChange } from '../conversations/log-change.ts';
import type { AppendedEntry } from '../log/append-entries.ts';
import { encodeStored, entryMessage } from '../log/deliver-frame.ts';

type Happening = ConversationEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'conversation' | 'membersVersion' | 'by'>
    : never
  : never;

/**
 * Tells every node that the members of a conversation changed, and then everybody in it what happened. `users` are those
 * whom the version changed; `outside` those who are to hear of it though they may not be found in the conversation: who
 * has just come, and who has just gone.
 */
export function announceMembers(
  { stores, publisher }: Context,
  by: Session,
  change: LogChange & { conversation: number; users: readonly number[] },
  happening: Happening,
  outside: readonly number[] = [],
): void {
  const { conversation, membersVersion, previousVersion, users } = change;
  stores.directory.membersChanged(conversation, membersVersion);
  publisher.membershipChanged({ conversation, membersVersion, previousVersion, users });
  publishEntries({ stores, publisher }, change);
  const [first] = change.entries;
  const isGoing = happening.event === 'left' || happening.event === 'removed';
  // The last that is theirs: it comes after their place in the conversation.
  if (isGoing && first !== undefined) publisher.notify(outside, frameOf(conversation, first));
  announce({ publisher }, by, change, happening, outside);
}

const frameOf = (conversation: number, entry: AppendedEntry): Uint8Array =>
  encodeStored(entryMessage({ conversation, ...entry }));

/** Hands the entries of a change on, as messages are: to every session in the conversation as it is after them. */
export function publishEntries(
  { stores, publisher }: Pick<Context, 'stores' | 'publisher'>,
  {
    conversation,
    membersVersion,
    entries,
  }: Pick<LogChange, 'membersVersion' | 'entries'> & { conversation: number },
  direct?: readonly [number, number],
): void {
  // Its end is another one now; the next append reads it.
  stores.heads.forget(conversation);
  for (const entry of entries) {
    const { seq, uncounted, sentAt, sender } = entry;
    const frame = frameOf(conversation, entry);
    publisher.deliver({
      ...{ conversation, membersVersion, direct },
      entries: [{ seq, uncounted, sentAt, sender, frame }],
    });
  }
}

/** Tells everybody in a conversation what happened, but for the session that did it. */
export function announce(
  { publisher }: Pick<Context, 'publisher'>,
  by: Session,
  { conversation, membersVersion }: { conversation: number; membersVersion: number },
  happening: Happening,
  outside: readonly number[] = [],
): void {
  const body = { conversation, membersVersion, by: by.user, ...happening };
  const frame = encodeFrame(frameIds.conversationEvent, body);
  // Who comes and goes may be found in the conversation or not: told once, by the way that finds them.
  publisher.broadcast(conversation, membersVersion, frame, { session: by.id, users: outside });
  if (outside.length > 0) publisher.notify(outside, frame, by.id);
}
