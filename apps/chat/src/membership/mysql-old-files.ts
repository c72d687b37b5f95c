import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../stores/guarded-mysql.ts';

/** The files service tells each minute from where it has connections. */
const seenMs = 180_000;

/** What chat and the files service tell each other of the sessions of llfcchat clients. */
export class MysqlOldFiles {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** A token for the session, which the client shows to the files service: the one before is worthless from now on. */
  async begin(user: number, session: string, network: string, now: number): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    await this.#mysql.run(
      `INSERT INTO old_file_tokens (user_id, session_id, token_hash, address, created_at) VALUES (?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE session_id = VALUES(session_id), token_hash = VALUES(token_hash),
         address = VALUES(address), created_at = VALUES(created_at)`,
      [user, Buffer.from(session, 'hex'), hashOf(token), network, now],
    );
    return token;
  }

  /** The session is over. That its user's client knows pictures stays known. */
  async end(user: number, token: string): Promise<void> {
    await this.#mysql.run(
      "UPDATE old_file_tokens SET token_hash = '', address = '' WHERE user_id = ? AND token_hash = ?",
      [user, hashOf(token)],
    );
  }

  /** Whether the user's client is one for pictures: it has shown a token, or such a one is connected from where it is. */
  async knowsPictures(user: number, network: string, now: number): Promise<boolean> {
    const [shown, connections] = await Promise.all([
      this.#mysql.rows('SELECT user_id FROM old_file_tokens WHERE user_id = ? AND shown = 1', [user]),
      this.#mysql.rows('SELECT address FROM old_file_connections WHERE address = ? AND seen_at > ? LIMIT 1', [
        network,
        now - seenMs,
      ]),
    ]);
    return shown.length + connections.length > 0;
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
