import type { Message, Profile } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { withProfiles } from '../stores/profile-rows.ts';
import { marks } from '../stores/statement-shapes.ts';

/** A place in the list of who reacted: by emoji, then by user. */
export interface ReactionPlace {
  emoji: string;
  user: number;
}

/** Who reacted to messages, as it is read. */
export class MysqlReactions {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Says which reactions are the user's where those who are told with the message are not all. Of one conversation. */
  async own(user: number, messages: readonly Message[]): Promise<Message[]> {
    const crowded = messages.filter(({ reactions }) =>
      reactions?.some(({ count, users }) => count > users.length && !users.includes(user)),
    );
    if (crowded.length === 0) return messages.slice();
    const found = new Map<number, Set<string>>();
    await inChunks(
      crowded.map(({ seq }) => seq),
      64,
      async (chunk) => {
        const rows = await this.#mysql.rows<{ target_seq: number; emoji: Buffer }>(
          `SELECT target_seq, emoji FROM reactions
           WHERE conversation_id = ? AND user_id = ? AND target_seq IN (${marks(chunk.length)})`,
          [crowded[0]!.conversation, user, ...chunk],
        );
        for (const { target_seq, emoji } of rows)
          found.set(target_seq, (found.get(target_seq) ?? new Set()).add(emoji.toString()));
      },
    );
    return messages.map((message) => {
      const mine = found.get(message.seq);
      if (mine === undefined) return message;
      const reactions = message.reactions!.map((one) =>
        mine.has(one.emoji) && !one.users.includes(user) ? { ...one, mine: true as const } : one,
      );
      return { ...message, reactions };
    });
  }

  /** Who reacted, behind a place; `then`: those who had at an earlier time, in their order. */
  async list(
    conversation: number,
    target: number,
    after: ReactionPlace | undefined,
    limit: number,
    then?: readonly ReactionPlace[],
  ): Promise<{ emoji: string; user: Profile }[]> {
    const places =
      then === undefined
        ? await this.#places(conversation, target, after, limit)
        : then.filter((place) => after === undefined || isBehind(place, after)).slice(0, limit);
    return withProfiles(this.#mysql, places);
  }

  async #places(
    conversation: number,
    target: number,
    after: ReactionPlace | undefined,
    limit: number,
  ): Promise<ReactionPlace[]> {
    const rows = await this.#mysql.rows<{ emoji: Buffer; user_id: number }>(
      `SELECT emoji, user_id FROM reactions
       WHERE conversation_id = ? AND target_seq = ? AND (emoji, user_id) > (?, ?)
       ORDER BY emoji, user_id LIMIT ?`,
      [conversation, target, after?.emoji ?? '', after?.user ?? 0, String(limit)],
    );
    return rows.map(({ emoji, user_id: user }) => ({ emoji: emoji.toString(), user }));
  }
}

function isBehind(place: ReactionPlace, after: ReactionPlace): boolean {
  const order = Buffer.compare(Buffer.from(place.emoji), Buffer.from(after.emoji));
  return order > 0 || (order === 0 && place.user > after.user);
}
