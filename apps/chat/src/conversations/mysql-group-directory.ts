import type { Tx } from '@berth/mysql';
import { foldName, initialOf, isFoundBy, soughtWords, wordsOf } from '@berth/mysql/user-words';
import { BerthError, type FoundGroup } from '@berth/wire';
import {
  type ConversationRow,
  lockConversation,
  readConversations,
} from '../membership/conversation-rows.ts';
import { roles } from '../membership/member-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { isPresent, joinGroup, present } from './join-group.ts';
import type { MembersChange } from './log-change.ts';

/** Groups that one query finds at most: who wants others must know more of them. */
const maxFound = 100;
/** Words looked at for one query; with several words most of them are of another group. */
const maxWords = { one: 300, several: 1_000 };

/** Open groups: found by the words of their titles, and joined by anyone. */
export class MysqlGroupDirectory {
  readonly #mysql: Database;
  readonly #maxMembers: number;

  constructor({ mysql, maxMembers }: { mysql: Database; maxMembers: number }) {
    this.#mysql = mysql;
    this.#maxMembers = maxMembers;
  }

  /** Those called so first, the largest first among them. */
  async find(query: string): Promise<FoundGroup[]> {
    const sought = soughtWords(query);
    const [longest, ...others] = sought.toSorted((one, other) => other.length - one.length);
    if (longest === undefined) return [];
    const ids = await this.#worded(longest, others.length === 0 ? maxWords.one : maxWords.several);
    const rows = await readConversations(this.#mysql, ids);
    const folded = foldName(query.trim());
    const rank = ({ title }: FoundGroup) => (foldName(title).startsWith(folded) ? 0 : 1);
    return [...rows.values()]
      .filter((row) => isOpen(row) && isFoundBy(row.title, sought))
      .map(foundGroup)
      .sort(
        (one, other) =>
          rank(one) - rank(other) ||
          other.memberCount - one.memberCount ||
          one.conversation - other.conversation,
      )
      .slice(0, maxFound);
  }

  /** All of them, the newest first, below the id `before`. */
  async page(before: number, limit: number): Promise<FoundGroup[]> {
    const found = await this.#mysql.rows<{ id: number }>(
      `SELECT conversation_id AS id FROM open_group_words
       WHERE initial = '' AND word = '' AND conversation_id < ? ORDER BY conversation_id DESC LIMIT ?`,
      [before, String(limit)],
    );
    const ids = found.map(({ id }) => id);
    const rows = await readConversations(this.#mysql, ids);
    return ids.flatMap((id) => {
      const row = rows.get(id);
      return row !== undefined && isOpen(row) ? [foundGroup(row)] : [];
    });
  }

  /** Errors: `not_found` for what is no open group, `blocked` by its owner, `forbidden`, `limit_reached`. */
  async join(user: number, conversation: number): Promise<MembersChange & { conversation: number }> {
    return this.#mysql.transaction(async (tx) => {
      const row = await lockConversation(tx, conversation);
      if (row === undefined) throw noSuchGroup();
      if (row.kind === 'group' && (await isPresent(tx, conversation, user)))
        return { conversation, ...present(row) };
      // Whether there is one that is not open is nobody's to know.
      if (!isOpen(row)) throw noSuchGroup();
      const host = await ownerOf(tx, conversation);
      return {
        conversation,
        ...(await joinGroup(tx, row, user, { host, maxMembers: this.#maxMembers })),
      };
    });
  }

  async #worded(prefix: string, limit: number): Promise<number[]> {
    const begin = Buffer.from(prefix);
    const rows = await this.#mysql.rows<{ id: number }>(
      `SELECT conversation_id AS id FROM open_group_words WHERE initial = ? AND word >= ? AND word < ?
       ORDER BY initial, word, conversation_id LIMIT ?`,
      // No UTF-8 text has a byte 0xff.
      [initialOf(prefix), begin, Buffer.concat([begin, Buffer.from([0xff])]), String(limit)],
    );
    return [...new Set(rows.map(({ id }) => id))];
  }
}

/** Lets a group be found by its title, or not any more; the group is locked. */
export async function listGroup(
  tx: Tx,
  { id, title }: Pick<ConversationRow, 'id' | 'title'>,
  open: boolean,
): Promise<void> {
  await tx.run('DELETE FROM open_group_words WHERE conversation_id = ?', [id]);
  if (!open) return;
  await inChunks(['', ...wordsOf(title)], 64, async (chunk) => {
    await tx.run(
      `INSERT INTO open_group_words (initial, word, conversation_id)
       VALUES ${chunk.map(() => '(?, ?, ?)').join(',')}
       ON DUPLICATE KEY UPDATE conversation_id = VALUES(conversation_id)`,
      chunk.flatMap((word) => [initialOf(word), Buffer.from(word), id]),
    );
  });
}

async function ownerOf(tx: Tx, conversation: number): Promise<number> {
  const [owner] = await tx.rows<{ id: number }>(
    'SELECT user_id AS id FROM members WHERE conversation_id = ? AND left_seq IS NULL AND role = ? LIMIT 1',
    [conversation, roles.indexOf('owner')],
  );
  return owner?.id ?? 0;
}

/** A group that everybody has left is nobody's to come into: there is no owner any more. */
const isOpen = ({ settings, memberCount }: ConversationRow): boolean =>
  settings?.open === true && memberCount > 0;

const foundGroup = ({ id, title, memberCount, settings }: ConversationRow): FoundGroup => ({
  conversation: id,
  title,
  topic: settings?.topic ?? '',
  about: settings?.about ?? '',
  memberCount,
});

const noSuchGroup = (): BerthError => new BerthError('not_found', 'there is no such open group');
