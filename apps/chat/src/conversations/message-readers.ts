import { BerthError, limits, type Profile } from '@berth/wire';
import type { RangeReader } from '../log/range-reader.ts';
import type { MarkWriter } from '../membership/mark-writer.ts';
import { readMembersAfter } from '../membership/member-rows.ts';
import { isMember } from '../membership/standing.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';
import type { ConversationReader } from './conversation-reader.ts';

export interface MessageReadersOptions {
  mysql: Database;
  conversations: ConversationReader;
  ranges: RangeReader;
  marks: Pick<MarkWriter, 'pendingRead'>;
  /** Of `others` those who have blocked the user. */
  blocks: { blockersOf(user: number, others: readonly number[]): Promise<Set<number>> };
}

/** Who has read a message, by the members' read marks. */
export class MessageReaders {
  readonly #options: MessageReadersOptions;

  constructor(options: MessageReadersOptions) {
    this.#options = options;
  }

  /**
   * For a member who sees it. Who came after it, or has blocked the one who asks, is left out. Errors: `not_member`,
   * `bad_request` where there is no group, `limit_reached` in a larger one, `not_found`.
   */
  async of(conversation: number, user: number, target: number): Promise<{ readers: Profile[]; of: number }> {
    const { mysql, conversations, ranges, marks, blocks } = this.#options;
    const { row, standing, visible } = await conversations.open(conversation, user);
    if (!isMember(standing)) throw new BerthError('not_member');
    if (row.kind !== 'group') throw new BerthError('bad_request', 'this is no group');
    const most = limits.maxReadersMembers;
    if (row.memberCount > most)
      throw new BerthError('limit_reached', `who has read is told in groups of up to ${most}`);
    const [stored] = visible.has(target) ? await ranges.readSeqs(conversation, [target]) : [];
    if (stored === undefined || stored.message.kind !== undefined) throw new BerthError('not_found');
    const { sender } = stored.message;
    const members = await readMembersAfter(mysql, conversation, 0, most + 1);
    const others = members.filter(
      (member) => member.user !== sender && member.user !== user && member.joinedSeq < target,
    );
    const blockers = await blocks.blockersOf(
      user,
      others.map((member) => member.user),
    );
    const told = others.filter((member) => !blockers.has(member.user));
    const read = told.filter((member) => Math.max(member.readSeq, marks.pendingRead(member)) >= target);
    const profiles = await readProfiles(
      mysql,
      read.map((member) => member.user),
    );
    return { readers: read.flatMap((member) => profiles.get(member.user) ?? []), of: told.length };
  }
}
