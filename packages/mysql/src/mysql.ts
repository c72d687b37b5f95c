import { readFileSync } from 'node:fs';
import { backoffMs, DeadlineError, withDeadline } from '@berth/lifecycle';
import mysql from 'mysql2/promise';

export interface MysqlOptions {
  /** mysql://user:password@host:port/database */
  url: string;
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** PEM file of the authority that signed the server's certificate; TLS is then required. */
  tlsCaFile?: string | undefined;
  /** Accepts a server that may lose acknowledged commits. Default false. */
  allowWeakDurability?: boolean;
  /** Further session settings, such as `innodb_lock_wait_timeout: 1`. */
  session?: Record<string, number | string>;
  /** Milliseconds until connecting is given up. Default 5 000. */
  connectTimeoutMs?: number;
  /** Milliseconds until a statement's answer is given up, and its connection with it. Default 10 000. */
  queryTimeoutMs?: number;
  /** Calls waiting for a connection at most; further ones are refused. Default 1 000. */
  maxWaiting?: number;
}

/** The server would acknowledge commits that a crash can undo. */
export class DurabilityError extends Error {
  override readonly name = 'DurabilityError';
}

/** A pooled connection, for those who need more than `Tx`. */
export type MysqlConnection = mysql.PoolConnection;

type Params = (string | number | bigint | Buffer | Uint8Array | null)[];

/** One transaction's connection. */
export interface Tx {
  /** Rows of a SELECT. Prepared. */
  rows<T>(sql: string, params?: Params): Promise<T[]>;
  /** Result of a writing statement. Prepared. */
  run(sql: string, params?: Params): Promise<{ affectedRows: number; insertId: number }>;
}

/**
 * A pool of connections to MySQL or MariaDB in which each connection is READ COMMITTED, strict, UTC, utf8mb4,
 * and checked for durability before its first use. Prepared statements only. Errors are the driver's
 * (`errno`), but for DurabilityError.
 */
export class Mysql implements Tx {
  readonly #pool: mysql.Pool;
  readonly #options: MysqlOptions;
  readonly #queryTimeoutMs: number;
  readonly #checked = new WeakSet<object>();

  constructor(options: MysqlOptions) {
    this.#options = options;
    this.#queryTimeoutMs = options.queryTimeoutMs ?? 10_000;
    this.#pool = mysql.createPool({
      uri: options.url,
      connectionLimit: options.poolSize ?? 10,
      maxIdle: options.poolSize ?? 10,
      queueLimit: options.maxWaiting ?? 1_000,
      connectTimeout: options.connectTimeoutMs ?? 5_000,
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      enableKeepAlive: true,
      supportBigNumbers: true,
      maxPreparedStatements: 512,
      // A stack of the caller for every statement, whether it fails or not, costs more than it tells.
      trace: false,
      ...(options.tlsCaFile && {
        ssl: { ca: readFileSync(options.tlsCaFile, 'utf8'), minVersion: 'TLSv1.2' },
      }),
    });
  }

  async rows<T>(sql: string, params: Params = []): Promise<T[]> {
    return this.#with((connection) => txOn(connection, this.#queryTimeoutMs).rows<T>(sql, params));
  }

  async run(sql: string, params: Params = []): Promise<{ affectedRows: number; insertId: number }> {
    return this.#with((connection) => txOn(connection, this.#queryTimeoutMs).run(sql, params));
  }

  /**
   * Runs `body` in a transaction, again after a deadlock or a lock time-out (3 tries, jittered). An error of COMMIT
   * itself (a lost connection) is passed on with `commitUnknown: true`: whether it took effect is not known.
   */
  async transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#with((connection) => inTransaction(connection, this.#queryTimeoutMs, body));
      } catch (error) {
        if (attempt >= 2 || !isTransient(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, { baseMs: 20, maxMs: 200 })));
      }
    }
  }

  /** A connection of one's own, checked; the caller releases it, or destroys it after an error. */
  async acquire(): Promise<mysql.PoolConnection> {
    const connection = await this.#pool.getConnection();
    // The pool hands out wrappers; what is checked once is the connection beneath.
    const key = connection.connection;
    if (!this.#checked.has(key)) {
      try {
        await withDeadline(this.#prepare(connection), this.#queryTimeoutMs, 'the settings of a session');
        this.#checked.add(key);
      } catch (error) {
        connection.destroy();
        throw error;
      }
    }
    return connection;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #with<T>(use: (connection: mysql.PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      const result = await use(connection);
      connection.release();
      return result;
    } catch (error) {
      if (isConnectionBroken(error)) connection.destroy();
      else connection.release();
      throw error;
    }
  }

  async #prepare(connection: mysql.PoolConnection): Promise<void> {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    const settings = Object.entries({
      sql_mode: 'STRICT_ALL_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO',
      time_zone: '+00:00',
      ...this.#options.session,
    });
    await connection.query(
      `SET ${settings.map(([name]) => `SESSION ${name} = ?`).join(', ')}`,
      settings.map(([, value]) => value),
    );
    if (this.#options.allowWeakDurability) return;
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.log_bin AS binlog, @@GLOBAL.sync_binlog AS sync',
    );
    const { flush, binlog, sync } = rows[0] as { flush: number; binlog: number; sync: number };
    if (Number(flush) !== 1) {
      throw new DurabilityError(
        `innodb_flush_log_at_trx_commit is ${flush}; it must be 1 (or allow weak durability by name)`,
      );
    }
    if (Number(binlog) === 1 && Number(sync) !== 1) {
      throw new DurabilityError(
        `sync_binlog is ${sync} with log_bin on; it must be 1 (or allow weak durability by name)`,
      );
    }
  }
}

/** 1213 deadlock, 1205 lock wait time-out: the transaction was rolled back and may be tried again. */
export function isTransient(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 1213 || errno === 1205;
}

/** 1062 for the key named (as the server names it: `table.key` or `key`), or for any key. */
export function isDuplicateKey(error: unknown, key?: string): boolean {
  if (errnoOf(error) !== 1062) return false;
  return key === undefined || (error as Error).message.includes(key);
}

const errnoOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined;

/** Errors that the server answered with (a state is set): the connection itself is sound. */
export const isServerError = (error: unknown): boolean =>
  error instanceof Error &&
  'sqlState' in error &&
  typeof error.sqlState === 'string' &&
  !('fatal' in error && error.fatal === true);

/** The server takes no writes (1290, 1836): after a fail-over it is the one that is no longer the writer. */
const isReadOnly = (error: unknown): boolean => errnoOf(error) === 1290 || errnoOf(error) === 1836;

/**
 * The connection is not to be used any more: it was lost, what it still answers is no longer waited for, or it leads to
 * a server that takes no writes, while a new one finds the writer.
 */
export const isConnectionBroken = (error: unknown): boolean =>
  isReadOnly(error) ||
  error instanceof DeadlineError ||
  error instanceof DurabilityError ||
  (error instanceof Error &&
    (('fatal' in error && error.fatal === true) || 'syscall' in error || 'commitUnknown' in error));

/** The statements of whatever transaction is open on the connection; each throws DeadlineError after `timeoutMs`. */
export const txOn = (connection: MysqlConnection, timeoutMs = 10_000): Tx => ({
  rows: async <T>(sql: string, params: Params = []) => {
    const answer = connection.execute<mysql.RowDataPacket[]>(sql, params as mysql.ExecuteValues);
    const [rows] = await withDeadline(answer, timeoutMs, 'a statement');
    return rows as T[];
  },
  run: async (sql, params = []) => {
    const answer = connection.execute<mysql.ResultSetHeader>(sql, params as mysql.ExecuteValues);
    const [{ affectedRows, insertId }] = await withDeadline(answer, timeoutMs, 'a statement');
    return { affectedRows, insertId };
  },
});

async function inTransaction<T>(
  connection: MysqlConnection,
  timeoutMs: number,
  body: (tx: Tx) => Promise<T>,
): Promise<T> {
  const say = (sql: string) => withDeadline(connection.query(sql), timeoutMs, sql);
  await say('START TRANSACTION');
  let result: T;
  try {
    result = await body(txOn(connection, timeoutMs));
  } catch (error) {
    if (!isConnectionBroken(error)) await say('ROLLBACK');
    throw error;
  }
  try {
    await say('COMMIT');
  } catch (error) {
    throw Object.assign(error as Error, { commitUnknown: true });
  }
  return result;
}
