import { limits, type Message, type Reaction } from '@berth/wire';

/** What became of a message since it was sent, and whom it mentions, as `messages.state` keeps it. Who reads a message reads this beside it. */
export type MessageState = Pick<Message, 'editedAt' | 'recalledBy' | 'reactions' | 'mentions'> & {
  /** The seq of the entry that changed it last; absent as long as none has. */
  changed?: number;
};

export const parseState = (state: string | null): MessageState | undefined =>
  state === null ? undefined : (JSON.parse(state) as MessageState);

/** The reactions with one emoji after somebody has added or taken away theirs; `users`: the first that have it now. */
export function withReaction(
  reactions: readonly Reaction[],
  { emoji, count, users }: { emoji: string; count: number; users: number[] },
): Reaction[] {
  if (count === 0) return reactions.filter((one) => one.emoji !== emoji);
  const told = { emoji, count, users: users.slice(0, limits.maxToldReacted) };
  if (!reactions.some((one) => one.emoji === emoji)) return [...reactions, told];
  return reactions.map((one) => (one.emoji === emoji ? told : one));
}
