import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { type AppendedEntry, appendEntries } from '../log/append-entries.ts';
import { type ConversationRow, lockConversation } from '../membership/conversation-rows.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import type { IdOf } from '../membership/mysql-old-message-ids.ts';
import { writeRefusal } from '../membership/standing.ts';
import { textOf } from '../stores/attachment-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks, padded } from '../stores/statement-shapes.ts';

export interface PictureAnnouncement {
  conversation: number;
  sender: number;
  /** Of the message that the picture is to be. */
  cid: string;
  /** The client's, under which it will be uploaded. */
  name: string;
  /** Hex. */
  md5: string;
}

/** A picture that is whole, and not sent yet. */
export interface WholeUpload {
  owner: number;
  /** For `settle`. */
  key: Buffer;
  /** Undefined: it is to be the owner's own picture. */
  message: { conversation: number; cid: string } | undefined;
  file: string;
}

/** As `old_uploads.state` has it. */
const [whole, sent, givenUp] = [1, 2, 3];

/**
 * Pictures of llfcchat clients on their way: such a client wants the number of a message before it uploads what is in it. So an entry
 * that shows nothing is put where the picture was announced, and the message behind it once the picture is whole.
 */
export class MysqlOldUploads {
  readonly #mysql: Database;
  readonly #directory: MemberDirectory;
  readonly #strangersMayWrite: boolean;

  constructor(mysql: Database, directory: MemberDirectory, strangersMayWrite: boolean) {
    this.#mysql = mysql;
    this.#directory = directory;
    this.#strangersMayWrite = strangersMayWrite;
  }

  /** The number that a picture was given when it was announced before. */
  async known(sender: number, cid: string): Promise<number | undefined> {
    const [row] = await this.#mysql.rows<{ message_id: number }>(
      'SELECT message_id FROM old_uploads WHERE owner_id = ? AND cid = ?',
      [sender, cid],
    );
    return row?.message_id;
  }

  /** An entry where the picture was announced. Throws what keeps its sender from writing there. */
  async reserve({ conversation, sender }: Pick<PictureAnnouncement, 'conversation' | 'sender'>): Promise<{
    entry: AppendedEntry;
    row: ConversationRow;
  }> {
    return this.#mysql.transaction(async (tx: Tx) => {
      const row = await lockConversation(tx, conversation);
      if (row === undefined) throw new BerthError('not_member');
      const [standing] = await this.#directory.readUnderLock(tx, [{ conversation, user: sender }]);
      const now = Date.now();
      const refusal = writeRefusal(standing!, { strangersMayWrite: this.#strangersMayWrite, now });
      if (refusal !== undefined) throw refusal;
      const [entry] = await appendEntries(tx, conversation, [{ kind: 'fence', sender: 0, details: {} }], now);
      return { entry: entry!, row };
    });
  }

  async announce(
    { conversation, sender, cid, name, md5 }: PictureAnnouncement,
    seq: number,
    idOf: IdOf,
  ): Promise<number> {
    const id = idOf(seq);
    await this.#mysql.run(
      `INSERT IGNORE INTO old_uploads (owner_id, cid, conversation_id, message_id, name, md5, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [sender, cid, conversation, id, name, Buffer.from(md5, 'hex'), Date.now()],
    );
    return (await this.known(sender, cid)) ?? id;
  }

  async whole(owners: readonly number[]): Promise<WholeUpload[]> {
    const keys = padded(owners);
    const rows = await this.#mysql.rows<{ owner: number; cid: Buffer; conversation: number; file: Buffer }>(
      `SELECT owner_id AS owner, cid, conversation_id AS conversation, file_id AS file FROM old_uploads
       WHERE owner_id IN (${marks(keys.length)}) AND state = ${whole} ORDER BY created_at LIMIT 100`,
      keys,
    );
    return rows.map(({ owner, cid, conversation, file }) => ({
      ...{ owner, key: cid, file: textOf(file) },
      message: conversation === 0 ? undefined : { conversation, cid: cid.toString() },
    }));
  }

  async settle({ owner, key }: WholeUpload, isSent: boolean): Promise<void> {
    await this.#mysql.run('UPDATE old_uploads SET state = ? WHERE owner_id = ? AND cid = ?', [
      isSent ? sent : givenUp,
      owner,
      key,
    ]);
  }
}
