import type { Mysql } from '@berth/mysql';
import type { LinkRequest } from '@berth/wire/files';
import { keyOf } from './mysql-file-store.ts';

/** Of a user who was a member: sees what is above `after`, up to `upTo`. */
interface Interval {
  after: number;
  upTo: number;
}

const marks = (count: number): string => Array(count).fill('?').join(',');

/** Who may read a file, by what uses it. The owner of each, where the user may; one request has up to 100. */
export class MysqlEntitlements {
  readonly #db: Mysql;

  constructor(db: Mysql) {
    this.#db = db;
  }

  /** The owner of each file in the order of the request; undefined where there is no such file, or not for this user. */
  async owners(user: number, wanted: readonly LinkRequest[]): Promise<(number | undefined)[]> {
    const entries = wanted.flatMap((one) => ('seq' in one ? [one] : []));
    const byEntry = await this.#ofEntries(user, entries);
    return Promise.all(
      wanted.map((one) => {
        if ('seq' in one) return byEntry.get(`${one.conversation}:${one.seq}:${one.file}`);
        if ('user' in one) return this.#ofPerson(one.user, one.file);
        if ('group' in one) return this.#ofGroup(user, one.group, one.file);
        return user;
      }),
    );
  }

  async #ofEntries(
    user: number,
    entries: readonly { file: string; conversation: number; seq: number }[],
  ): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    if (entries.length === 0) return found;
    const seen = await this.#intervals(user, [...new Set(entries.map(({ conversation }) => conversation))]);
    const visible = entries.filter(({ conversation, seq }) =>
      seen.get(conversation)?.some(({ after, upTo }) => seq > after && seq <= upTo),
    );
    if (visible.length === 0) return found;
    const rows = await this.#db.rows<{ conversation: number; seq: number; file: Buffer; owner: number }>(
      `SELECT a.conversation_id AS conversation, a.seq, a.file_id AS file, COALESCE(a.owner_id, m.sender_id) AS owner
       FROM attachments a JOIN messages m ON m.conversation_id = a.conversation_id AND m.seq = a.seq
       WHERE ${visible.map(() => '(a.conversation_id = ? AND a.seq = ? AND a.file_id = ?)').join(' OR ')}`,
      visible.flatMap(({ conversation, seq, file }) => [conversation, seq, keyOf(file)]),
    );
    for (const { conversation, seq, file, owner } of rows)
      found.set(`${conversation}:${seq}:${file.toString('base64url')}`, owner);
    return found;
  }

  /** As `sync` tells messages: of present and former members, each stay. */
  async #intervals(user: number, conversations: readonly number[]): Promise<Map<number, Interval[]>> {
    const [members, earlier] = await Promise.all([
      this.#db.rows<{ id: number; joined: number; left: number | null }>(
        `SELECT conversation_id AS id, joined_seq AS joined, left_seq AS \`left\` FROM members
         WHERE conversation_id IN (${marks(conversations.length)}) AND user_id = ?`,
        [...conversations, user],
      ),
      this.#db.rows<{ id: number; joined: number; left: number }>(
        `SELECT conversation_id AS id, joined_seq AS joined, left_seq AS \`left\` FROM member_intervals
         WHERE conversation_id IN (${marks(conversations.length)}) AND user_id = ?`,
        [...conversations, user],
      ),
    ]);
    const found = new Map<number, Interval[]>();
    for (const { id, joined, left } of members)
      found.set(id, [{ after: joined, upTo: left ?? Number.POSITIVE_INFINITY }]);
    for (const { id, joined, left } of earlier) found.get(id)?.push({ after: joined, upTo: left });
    return found;
  }

  /** What a person shows of themselves is for everyone who can find them. */
  async #ofPerson(person: number, file: string): Promise<number | undefined> {
    const rows = await this.#db.rows('SELECT id FROM users WHERE id = ? AND icon = ?', [
      person,
      `file:${file}`,
    ]);
    return rows.length > 0 ? person : undefined;
  }

  async #ofGroup(user: number, group: number, file: string): Promise<number | undefined> {
    const [row] = await this.#db.rows<{ owner: number }>(
      `SELECT c.picture_owner AS owner FROM conversations c JOIN members m ON m.conversation_id = c.id
       WHERE c.id = ? AND c.picture = ? AND m.user_id = ? AND m.left_seq IS NULL`,
      [group, keyOf(file), user],
    );
    return row?.owner;
  }
}
