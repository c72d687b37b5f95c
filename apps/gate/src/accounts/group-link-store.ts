import type { Circuit } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { readGroupLink } from '@berth/mysql/group-links';
import { parseInviteToken } from '@berth/tokens';
import { BerthError, type SetSettings } from '@berth/wire';
import type { GroupPreview } from '@berth/wire/http';
import { mysqlCall } from '../mysql-call.ts';

/** Links of groups in MySQL, as whoever is no member sees them. */
export class MysqlGroupLinkStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  /** Which group a link that is good leads to. Throws otherwise: `not_found`, `invite_…`, `unavailable`. */
  async preview(link: string): Promise<GroupPreview> {
    const key = parseInviteToken(link);
    if (key === undefined) throw unknownLink();
    const { user: conversation, secret } = key;
    return mysqlCall(this.#circuit, async () => {
      const { state, expiresAt } = await readGroupLink(this.#db, { conversation, secret });
      if (state === 'unknown') throw unknownLink();
      if (state !== 'live') throw new BerthError(`invite_${state}`);
      const [row] = await this.#db.rows<{ title: string; member_count: number; settings: string | null }>(
        'SELECT title, member_count, settings FROM conversations WHERE id = ?',
        [conversation],
      );
      if (row === undefined || row.member_count === 0) throw unknownLink();
      const { topic = '' } = JSON.parse(row.settings ?? '{}') as Partial<SetSettings>;
      return {
        group: { id: conversation, title: row.title, topic, memberCount: row.member_count },
        ...(expiresAt !== undefined && { expiresAt }),
      };
    });
  }
}

const unknownLink = (): BerthError => new BerthError('not_found', 'There is no such link.');
