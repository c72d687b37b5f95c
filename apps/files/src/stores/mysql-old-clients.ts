import { createHash } from 'node:crypto';
import type { Mysql } from '@berth/mysql';
import type { Attachment } from '@berth/wire';
import { keyOf } from './mysql-file-store.ts';

/** A picture that its sender has announced to chat, and not uploaded yet. */
export interface AnnouncedPicture {
  cid: Buffer;
  name: string;
  /** Hex, lower case. */
  md5: string;
}

/** A message with attachments, as such clients ask for it: by its number alone. */
export interface NumberedMessage {
  conversation: number;
  seq: number;
  sender: number;
  /** The other one of the two; 0 in a group. */
  receiver: number;
  attachments: (Pick<Attachment, 'file' | 'name' | 'type'> & { bytes: number })[];
}

/** Users of one address who are asked for at most: a picture is looked for by whoever of them may see it. */
const maxAtAddress = 50;
const [announced, whole] = [0, 1];
const dayMs = 86_400_000;
/** Of a process that is gone. */
const staleMs = 600_000;

/** What chat and this service tell each other of llfcchat clients. */
export class MysqlOldClients {
  readonly #db: Mysql;

  constructor(db: Mysql) {
    this.#db = db;
  }

  /** Whether it is the token that chat gave this user for a session that lives. */
  async isGood(user: number, token: string, now: number): Promise<boolean> {
    const rows = await this.#db.rows(
      `SELECT t.user_id FROM old_file_tokens t
       JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id JOIN users u ON u.id = t.user_id
       WHERE t.user_id = ? AND t.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.generation <= s.generation`,
      [user, hashOf(token), now],
    );
    return rows.length > 0;
  }

  /** The client has a connection here: it knows pictures. */
  async shown(user: number): Promise<void> {
    await this.#db.run('UPDATE old_file_tokens SET shown = 1 WHERE user_id = ?', [user]);
  }

  /** Who has a chat session from there. */
  async usersAt(network: string): Promise<number[]> {
    const rows = await this.#db.rows<{ user_id: number }>(
      `SELECT user_id FROM old_file_tokens WHERE address = ? ORDER BY created_at DESC LIMIT ${maxAtAddress}`,
      [network],
    );
    return rows.map(({ user_id }) => user_id);
  }

  /** Says from where this process has connections. */
  async announce(service: Buffer, networks: readonly string[], now: number): Promise<void> {
    for (let at = 0; at < networks.length; at += 200) {
      const part = networks.slice(at, at + 200);
      await this.#db.run(
        `INSERT INTO old_file_connections (address, service, seen_at) VALUES ${part.map(() => '(?, ?, ?)').join(', ')}
         ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at)`,
        part.flatMap((network) => [network, service, now]),
      );
    }
  }

  async gone(service: Buffer, network: string): Promise<void> {
    await this.#db.run('DELETE FROM old_file_connections WHERE address = ? AND service = ?', [
      network,
      service,
    ]);
  }

  /** What a process that is gone has said, and pictures that never came. */
  async forgetStale(now: number): Promise<void> {
    await this.#db.run('DELETE FROM old_file_connections WHERE seen_at < ? LIMIT 1000', [now - staleMs]);
    await this.#db.run('DELETE FROM old_uploads WHERE created_at < ? LIMIT 1000', [now - dayMs]);
  }

  async announcedPicture(user: number, message: number): Promise<AnnouncedPicture | undefined> {
    const [row] = await this.#db.rows<{ cid: Buffer; name: Buffer; md5: Buffer }>(
      'SELECT cid, name, md5 FROM old_uploads WHERE owner_id = ? AND message_id = ? AND state = ?',
      [user, message, announced],
    );
    return row && { cid: row.cid, name: row.name.toString(), md5: row.md5.toString('hex') };
  }

  /** From here on chat sends it. */
  async uploaded(user: number, cid: Buffer, file: string): Promise<void> {
    await this.#db.run(
      'UPDATE old_uploads SET state = ?, file_id = ? WHERE owner_id = ? AND cid = ? AND state = ?',
      [whole, keyOf(file), user, cid, announced],
    );
  }

  /** From here on chat makes it the user's. */
  async uploadedIcon(user: number, name: string, md5: string, file: string, now: number): Promise<void> {
    await this.#db.run(
      `INSERT INTO old_uploads (owner_id, cid, conversation_id, message_id, name, md5, state, file_id, created_at)
       VALUES (?, ?, 0, 0, ?, ?, ?, ?, ?)`,
      [user, keyOf(file), name, Buffer.from(md5, 'hex'), whole, keyOf(file), now],
    );
  }

  /** The message that has this number; undefined when there is none, or none with attachments. */
  async message(number: number): Promise<NumberedMessage | undefined> {
    const [range] = await this.#db.rows<{ conversation: number; seq: number }>(
      `SELECT conversation_id AS conversation, first_seq + ? - first_id AS seq FROM old_message_ranges
       WHERE first_id = (SELECT MAX(first_id) FROM old_message_ranges WHERE first_id <= ?) AND first_id + length > ?`,
      [number, number, number],
    );
    if (range === undefined) return undefined;
    const { conversation } = range;
    const seq = Number(range.seq);
    const rows = await this.#db.rows<{
      file: Buffer;
      name: string;
      type: Buffer;
      bytes: number;
      sender: number;
      direct: Buffer | null;
    }>(
      `SELECT a.file_id AS file, a.name, a.type, a.bytes, m.sender_id AS sender, c.direct_key AS direct
       FROM attachments a JOIN messages m ON m.conversation_id = a.conversation_id AND m.seq = a.seq
       JOIN conversations c ON c.id = a.conversation_id
       WHERE a.conversation_id = ? AND a.seq = ? ORDER BY a.position`,
      [conversation, seq],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const { sender, direct } = first;
    const pair = direct === null ? [] : [direct.readUInt32BE(0), direct.readUInt32BE(4)];
    return {
      ...{ conversation, seq, sender, receiver: pair.find((user) => user !== sender) ?? 0 },
      attachments: rows.map(({ file, name, type, bytes }) => ({
        ...{ file: file.toString('base64url'), name, type: type.toString(), bytes: Number(bytes) },
      })),
    };
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
