import type { Circuit } from '@berth/lifecycle';
import { isDuplicateKey, type Mysql, type Tx } from '@berth/mysql';
import { takeInvite } from '@berth/mysql/invites';
import { repairUserWords, writeUserWords } from '@berth/mysql/user-words';
import { parseInviteToken } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import { mysqlCall } from '../mysql-call.ts';
import { insertRevocation, type StoredRevocation } from '../sessions/revocation-store.ts';
import { inviteRefusal } from './invite-store.ts';

export interface User {
  id: number;
  name: string;
  nick: string;
  email: string;
  icon: string;
  /** PHC string. */
  passwordHash: string;
  /** Sessions of a lower one are void. */
  generation: number;
}

export interface NewUser {
  /** Lower-cased. */
  email: string;
  name: string;
  nameKey: string;
  nick: string;
  icon: string;
  passwordHash: string;
  /** By which they come: a use of it is taken with the account. */
  invite: string | undefined;
}

interface UserRow {
  id: number;
  email_key: Buffer;
  name: string;
  nick: string;
  icon: string;
  password_hash: Buffer;
  generation: number;
}

/** Accounts in MySQL. Errors: BerthError `unavailable`, `deadline` (a write whose outcome is not known). */
export class MysqlUserStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  async findByEmail(email: string): Promise<User | undefined> {
    const rows = await mysqlCall(this.#circuit, () =>
      this.#db.rows<UserRow>(
        'SELECT id, email_key, name, nick, icon, password_hash, generation FROM users WHERE email_key = ?',
        [Buffer.from(email)],
      ),
    );
    return rows[0] && userOf(rows[0]);
  }

  async isNameTaken(nameKey: string): Promise<boolean> {
    const rows = await mysqlCall(this.#circuit, () =>
      this.#db.rows('SELECT 1 FROM users WHERE name_key = ?', [Buffer.from(nameKey)]),
    );
    return rows.length > 0;
  }

  /** The id of the new account. Errors: `name_taken`, `already_exists` (the e-mail address), those of an invite. */
  async create(user: NewUser): Promise<number> {
    try {
      const { insertId } = await mysqlCall(
        this.#circuit,
        () =>
          this.#db.transaction(async (tx) => {
            const made = await tx.run(
              `INSERT INTO users (email_key, name_key, name, nick, icon, password_hash, created_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)`,
              [
                Buffer.from(user.email),
                Buffer.from(user.nameKey),
                ...[user.name, user.nick, user.icon],
                Buffer.from(user.passwordHash),
                Date.now(),
              ],
            );
            await writeUserWords(tx, made.insertId);
            if (user.invite !== undefined) await useInvite(tx, user.invite, made.insertId);
            return made;
          }),
        { isWrite: true },
      );
      return insertId;
    } catch (cause) {
      if (isDuplicateKey(cause, 'users_name')) throw new BerthError('name_taken', undefined, { cause });
      if (isDuplicateKey(cause, 'users_email')) {
        throw new BerthError('already_exists', 'This e-mail address has an account already.', { cause });
      }
      throw cause;
    }
  }

  /** Lets up to `limit` users be found whose words lag behind their nicks; answers how many there were. */
  repairWords(limit: number): Promise<number> {
    return repairUserWords(this.#db, limit);
  }

  /** Sets the password, voids every session of before and writes with it what chat nodes are to be told. */
  async setPassword(id: number, passwordHash: string): Promise<StoredRevocation> {
    return mysqlCall(
      this.#circuit,
      () =>
        this.#db.transaction(async (tx) => {
          await tx.run('UPDATE users SET password_hash = ?, generation = generation + 1 WHERE id = ?', [
            Buffer.from(passwordHash),
            id,
          ]);
          await tx.run('UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL', [
            Date.now(),
            id,
          ]);
          const rows = await tx.rows<{ generation: number }>('SELECT generation FROM users WHERE id = ?', [
            id,
          ]);
          const { generation } = rows[0]!;
          return insertRevocation(tx, { userId: id, sessionIds: [], generation, reason: 'password-reset' });
        }),
      { isWrite: true },
    );
  }
}

async function useInvite(tx: Tx, invite: string, guest: number): Promise<void> {
  const key = parseInviteToken(invite);
  const state = key === undefined ? 'unknown' : await takeInvite(tx, key, guest);
  if (state !== 'live') throw inviteRefusal(state);
}

const userOf = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  nick: row.nick,
  email: row.email_key.toString(),
  icon: row.icon,
  passwordHash: row.password_hash.toString(),
  generation: row.generation,
});
