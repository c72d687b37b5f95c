import type { EntryDetails, Mention, Message, Poll, Reaction } from '@berth/wire';
import type { ChangeKind } from './entry-kinds.ts';
import { withReaction } from './message-state.ts';

/** An entry that changed a message. */
export interface PastAct {
  seq: number;
  kind: ChangeKind;
  sender: number;
  details: EntryDetails & { sentAt: number };
}

/** What a message said until it was edited. */
export interface PastWords {
  text: string;
  mentions: Mention[] | undefined;
}

/**
 * A message as it was when these were all that had changed it, in their order. `before`: what it said until the first edit after
 * them; undefined when there was none, or nothing was kept of it: then it is told that its words are not, and without any files as
 * one that was taken back, for clients that know no more. One that was taken back since is so from the beginning.
 */
export function messageAt(
  message: Message,
  acts: readonly PastAct[],
  before: PastWords | undefined,
): Message {
  if (message.recalledBy !== undefined) return message;
  const { editedAt: _e, reactions: _r, pinned: _p, changed: _c, mentions, poll, ...first } = message;
  const editedAt = acts.findLast(({ kind }) => kind === 'edited')?.details.sentAt;
  const words = before ?? (message.editedAt === editedAt ? { text: message.text, mentions } : undefined);
  const changed = acts.at(-1)?.seq;
  if (words === undefined && message.attachments === undefined)
    return {
      ...{ ...first, text: '', recalledBy: message.sender, unkept: true as const },
      ...(changed !== undefined && { changed }),
    };
  const reactions = reactionsBy(acts);
  const pin = acts.findLast(({ kind }) => kind === 'pinned');
  return {
    ...first,
    text: words?.text ?? '',
    ...(words === undefined && { unkept: true as const }),
    ...(words?.mentions && { mentions: words.mentions }),
    ...(poll && { poll: pollBy(poll, acts) }),
    ...(changed !== undefined && { changed }),
    ...(editedAt !== undefined && { editedAt }),
    ...(reactions.length > 0 && { reactions }),
    ...(pin?.details.on && { pinned: { by: pin.sender, at: pin.details.sentAt } }),
  };
}

/** By emoji who reacted, those who did first before the others. */
export function reactedBy(acts: readonly PastAct[]): Map<string, number[]> {
  const reacted = new Map<string, number[]>();
  for (const { kind, sender, details } of acts) {
    if (kind !== 'reacted') continue;
    const emoji = details.emoji!;
    const others = (reacted.get(emoji) ?? []).filter((user) => user !== sender);
    const users = details.on ? [...others, sender] : others;
    if (users.length > 0) reacted.set(emoji, users);
    else reacted.delete(emoji);
  }
  return reacted;
}

/** By user what was chosen in a poll that names who did: what changed in the counts is what the one who voted has changed. */
export function chosenBy(acts: readonly PastAct[]): Map<number, Set<number>> {
  const chosen = new Map<number, Set<number>>();
  let before: readonly number[] = [];
  for (const { kind, sender, details } of acts) {
    if (kind !== 'polled' || details.closed) continue;
    const options = new Set(chosen.get(sender));
    for (const [option, count] of details.counts!.entries()) {
      if (count > (before[option] ?? 0)) options.add(option);
      if (count < (before[option] ?? 0)) options.delete(option);
    }
    chosen.set(sender, options);
    before = details.counts!;
  }
  return chosen;
}

/** The pinned messages of a conversation, each with the entry that pinned it: the last one first. */
export function pinnedBy(acts: readonly PastAct[]): { target: number; seq: number }[] {
  const pinned = new Map<number, number>();
  for (const { seq, kind, details } of acts) {
    const target = details.target!;
    if (kind === 'pinned' && details.on) pinned.set(target, seq);
    else if (kind === 'pinned' || kind === 'recalled') pinned.delete(target);
  }
  return [...pinned].map(([target, seq]) => ({ target, seq })).sort((one, other) => other.seq - one.seq);
}

const reactionsBy = (acts: readonly PastAct[]): Reaction[] => {
  let reactions: Reaction[] = [];
  for (const [emoji, users] of reactedBy(acts))
    reactions = withReaction(reactions, { emoji, count: users.length, users });
  return reactions;
};

function pollBy({ closed: _, ...poll }: Poll, acts: readonly PastAct[]): Poll {
  const polled = acts.filter(({ kind }) => kind === 'polled').map(({ details }) => details);
  const last = polled.at(-1);
  return {
    ...poll,
    counts: last?.counts ?? poll.options.map(() => 0),
    voters: last?.voters ?? 0,
    ...(polled.some(({ closed }) => closed) && { closed: true as const }),
  };
}
