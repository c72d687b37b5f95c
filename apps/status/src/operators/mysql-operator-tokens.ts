import { timingSafeEqual } from 'node:crypto';
import { isDuplicateKey, type Mysql } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { createOperatorToken, parseOperatorToken, type Scope } from './operator-token.ts';

/** A token as it may be told: no secret, and no hash of one. Times are ms of MySQL's clock. */
export interface OperatorToken {
  id: string;
  name: string;
  scope: Scope;
  state: 'live' | 'expired' | 'revoked';
  createdBy: string;
  createdAt: number;
  rotatedAt: number | null;
  expiresAt: number;
  /** To the minute. */
  usedAt: number | null;
  revokedAt: number | null;
  /** While the secret before the last rotation is good, too: until then. */
  previousUntil: number | null;
}

/** A token with its secret, which is told this once. */
export type MintedToken = OperatorToken & { token: string };

interface Row {
  id: string;
  name: string;
  scope: Scope;
  secret_hash: Buffer;
  previous_hash: Buffer | null;
  previous_until: number | null;
  created_by: string;
  created_at: number;
  rotated_at: number | null;
  expires_at: number;
  used_at: number | null;
  revoked_at: number | null;
  now_ms: number;
}

/** One clock for all replicas. */
const now = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)';
const columns = `id, name, scope, secret_hash, previous_hash, previous_until, created_by, created_at, rotated_at, expires_at,
  used_at, revoked_at, ${now} AS now_ms`;

/** How long what is good no more is still listed. */
const keptMs = 90 * 86_400_000;
const maxTokens = 200;
const usedStepMs = 60_000;

/**
 * Operators' tokens in MySQL. Each use reads its row: nothing is cached, so that one that was revoked is refused everywhere
 * from the next call on.
 */
export class MysqlOperatorTokens {
  readonly #db: Mysql;

  constructor(db: Mysql) {
    this.#db = db;
  }

  /** Throws BerthError `unauthenticated` for a token that is not good, and says why to whoever knows its secret. */
  async confirm(token: string): Promise<OperatorToken & { isCurrent: boolean }> {
    const shown = parseOperatorToken(token);
    const row = shown && (await this.#rowOf('id', shown.id));
    if (!row) throw new BerthError('unauthenticated', 'This is no operator’s token.');
    const isCurrent = timingSafeEqual(row.secret_hash, shown.hash);
    const isPrevious = row.previous_hash !== null && timingSafeEqual(row.previous_hash, shown.hash);
    if (!isCurrent && !isPrevious) throw new BerthError('unauthenticated', 'This is no operator’s token.');
    if (row.revoked_at !== null)
      throw new BerthError('unauthenticated', `The operator’s token ${row.name} was revoked.`);
    if (row.expires_at <= row.now_ms)
      throw new BerthError('unauthenticated', `The operator’s token ${row.name} has expired.`);
    if (!isCurrent && (row.previous_until ?? 0) <= row.now_ms)
      throw new BerthError(
        'unauthenticated',
        `The operator’s token ${row.name} was rotated; this is an old one.`,
      );
    if ((row.used_at ?? 0) + usedStepMs <= row.now_ms)
      await this.#db.run(`UPDATE operator_tokens SET used_at = ${now} WHERE id = ?`, [row.id]);
    return { ...tokenOf(row), isCurrent };
  }

  async list(): Promise<OperatorToken[]> {
    const rows = await this.#db.rows<Row>(
      `SELECT ${columns} FROM operator_tokens ORDER BY name LIMIT ${10 * maxTokens}`,
    );
    return rows.map(tokenOf);
  }

  /** Throws BerthError `already_exists` for a name that is in use, `limit_reached`. */
  async create(wish: { name: string; scope: Scope; lifeMs: number; by: string }): Promise<MintedToken> {
    const { id, token, hash } = createOperatorToken();
    // The name of one that is good no more is free again.
    await this.#db.run(
      `DELETE FROM operator_tokens
       WHERE (name = ? AND (revoked_at IS NOT NULL OR expires_at <= ${now}))
          OR revoked_at < ${now} - ${keptMs} OR expires_at < ${now} - ${keptMs}`,
      [wish.name],
    );
    const [counted] = await this.#db.rows<{ count: number }>('SELECT COUNT(*) AS count FROM operator_tokens');
    if (Number(counted!.count) >= maxTokens)
      throw new BerthError('limit_reached', `There are ${maxTokens} tokens; revoke some that nobody uses.`);
    try {
      await this.#db.run(
        `INSERT INTO operator_tokens (id, name, scope, secret_hash, created_by, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ${now}, ${now} + ?)`,
        [id, wish.name, wish.scope, hash, wish.by, wish.lifeMs],
      );
    } catch (cause) {
      if (!isDuplicateKey(cause)) throw cause;
      throw new BerthError('already_exists', `There is a token ${wish.name} already.`, { cause });
    }
    return { ...tokenOf((await this.#rowOf('id', id))!), token };
  }

  /** A new secret; the one before is good for `overlapMs` more. Throws BerthError `not_found`. */
  async rotate(name: string, overlapMs: number): Promise<MintedToken> {
    const before = await this.#rowOf('name', name);
    if (!before || tokenOf(before).state !== 'live') throw unknown(name);
    const { token, hash } = createOperatorToken(before.id);
    // By its hash: of two who rotate at the same moment one is told that it changed.
    const { affectedRows } = await this.#db.run(
      `UPDATE operator_tokens SET previous_hash = secret_hash, previous_until = ${now} + ?, secret_hash = ?, rotated_at = ${now}
       WHERE id = ? AND secret_hash = ? AND revoked_at IS NULL`,
      [overlapMs, hash, before.id, before.secret_hash],
    );
    if (affectedRows === 0) throw new BerthError('conflict', `The token ${name} changed meanwhile.`);
    return { ...tokenOf((await this.#rowOf('id', before.id))!), token };
  }

  /** For ever, with what is left of a rotation. Twice does no harm. Throws BerthError `not_found`. */
  async revoke(name: string): Promise<OperatorToken> {
    await this.#db.run(
      `UPDATE operator_tokens SET revoked_at = ${now}, previous_until = NULL, previous_hash = NULL
       WHERE name = ? AND revoked_at IS NULL`,
      [name],
    );
    const row = await this.#rowOf('name', name);
    if (!row) throw unknown(name);
    return tokenOf(row);
  }

  async #rowOf(key: 'id' | 'name', value: string): Promise<Row | undefined> {
    const [row] = await this.#db.rows<Row>(`SELECT ${columns} FROM operator_tokens WHERE ${key} = ?`, [
      value,
    ]);
    return row && { ...row, now_ms: Number(row.now_ms) };
  }
}

const unknown = (name: string): BerthError => new BerthError('not_found', `There is no live token ${name}.`);

function tokenOf(row: Row): OperatorToken {
  const isExpired = row.expires_at <= Number(row.now_ms);
  const hasPrevious = row.previous_until !== null && row.previous_until > Number(row.now_ms);
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    state: row.revoked_at !== null ? 'revoked' : isExpired ? 'expired' : 'live',
    createdBy: row.created_by,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
    revokedAt: row.revoked_at,
    previousUntil: hasPrevious ? row.previous_until : null,
  };
}
