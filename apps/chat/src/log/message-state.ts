import { limits, type Message, type Reaction } from '@berth/wire';

/** What a message is sent with beside words, files and mentions, and keeps. */
export type Carried = Pick<Message, 'forwarded' | 'poll'>;

/** What became of a message since it was sent, and what it was sent with, as `messages.state` keeps it. Who reads a message reads this beside it. */
export type MessageState = Pick<Message, 'editedAt' | 'recalledBy' | 'reactions' | 'pinned' | 'mentions'> &
  Carried & {
    /** The seq of the entry that changed it last; absent as long as none has. */
    changed?: number;
  };

export const parseState = (state: string | null): MessageState | undefined =>
  state === null ? undefined : (JSON.parse(state) as MessageState);

export function carriedIn({ forwarded, poll }: MessageState = {}): Carried | undefined {
  if (forwarded === undefined && poll === undefined) return undefined;
  return { ...(forwarded && { forwarded }), ...(poll && { poll }) };
}

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
