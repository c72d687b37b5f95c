import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { backoffMs, withDeadline } from '@berth/lifecycle';
import mysql from 'mysql2/promise';
import { isConnectionBroken, isDuplicateKey, isReadOnly, isTransient, notLetIn } from './errors.ts';
import { parseMysqlUrl } from './mysql-url.ts';
import { ServerWatch } from './server-watch.ts';
import { isWriter, prepareSession } from './session.ts';
import { type Answered, type Statement, spell } from './statements.ts';

/**
 * Statements that one connection keeps prepared, the one used longest ago goes first. The code has about 140 different
 * ones; the server counts those of all connections against `max_prepared_stmt_count` (16,382 by default).
 */
const maxPreparedStatements = 128;

export interface MysqlOptions {
  /** mysql://user:password@host:port/database */
  url: string;
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** PEM file of the authority that signed the server's certificate; TLS is then required. */
  tlsCaFile?: string | undefined;
  /** Whether the certificate must name the host of `url`. Default true. */
  tlsVerifyIdentity?: boolean | undefined;
  /** Accepts a server that may lose acknowledged commits. Default false. */
  allowWeakDurability?: boolean;
  /** Further session settings, such as `innodb_lock_wait_timeout: 1`. */
  session?: Record<string, number | string>;
  /** Milliseconds until connecting is given up. Default 5 000. */
  connectTimeoutMs?: number;
  /** Milliseconds until a statement's answer is given up, and its connection with it. Default 10 000. */
  queryTimeoutMs?: number;
  /** What is known of the server, for pools of one process that lead to the same one. Default: one of its own. */
  watch?: ServerWatch;
  /** Calls waiting for a connection at most; further ones are refused. Default 1 000. */
  maxWaiting?: number;
  /** Whether `exchange` may be called: the server then takes several statements as one text. Default false. */
  exchanges?: boolean;
}

/** A pooled connection, for those who need more than `Tx`. */
export type MysqlConnection = mysql.PoolConnection;

type Params = (string | number | bigint | Buffer | Uint8Array | null)[];

/** What closes an exchange, and what comes of it; of what its opening statements found, in their order. */
export type Answer<T> = (
  found: readonly Answered[],
  tx: Tx,
) => Promise<{ closing?: readonly Statement[]; result: T }>;

/** One transaction's connection. */
export interface Tx {
  /** Rows of a SELECT. Prepared. */
  rows<T>(sql: string, params?: Params): Promise<T[]>;
  /** Result of a writing statement. Prepared. */
  run(sql: string, params?: Params): Promise<{ affectedRows: number; insertId: number }>;
}

/** A connection that was seen to be well within so long is used without being asked, in milliseconds. */
const trustedMs = 5_000;

/** How long a connection that is asked whether it is well may take to answer, in milliseconds. */
const checkTimeoutMs = 1_000;

/** What is known of a connection beneath the wrappers that the pool hands out. */
interface Seen {
  generation: number;
  /** Monotonic milliseconds. */
  wellAt: number;
}

/**
 * A pool of connections to MySQL or MariaDB in which each connection is READ COMMITTED, strict, UTC, utf8mb4,
 * and checked for durability before its first use. A server that is gone or takes no writes any more is left within
 * seconds, by readers, too. Statements are prepared, or spelled without a character of what they are about. Errors are the
 * driver's (`errno`), but for DurabilityError.
 */
export class Mysql implements Tx {
  readonly #pool: mysql.Pool;
  readonly #options: MysqlOptions;
  readonly #queryTimeoutMs: number;
  readonly #watch: ServerWatch;
  readonly #unwatch: () => void;
  readonly #seen = new WeakMap<object, Seen>();
  /** Connections that nobody uses now. */
  readonly #idle = new Set<mysql.PoolConnection['connection']>();
  #made = 0;

  constructor(options: MysqlOptions) {
    this.#options = options;
    this.#queryTimeoutMs = options.queryTimeoutMs ?? 10_000;
    const address = parseMysqlUrl(options.url);
    const verifyIdentity = options.tlsVerifyIdentity ?? true;
    // The driver names no server in TLS when the host is an address, and would take a certificate for any.
    if (options.tlsCaFile && verifyIdentity && isIP(address.host) !== 0) {
      throw new Error(
        'the host must be a name, that the certificate can be checked against (or the check be off by name)',
      );
    }
    this.#pool = mysql.createPool({
      ...address,
      connectionLimit: options.poolSize ?? 10,
      maxIdle: options.poolSize ?? 10,
      queueLimit: options.maxWaiting ?? 1_000,
      connectTimeout: options.connectTimeoutMs ?? 5_000,
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      enableKeepAlive: true,
      supportBigNumbers: true,
      maxPreparedStatements,
      multipleStatements: options.exchanges ?? false,
      // A stack of the caller for every statement, whether it fails or not, costs more than it tells.
      trace: false,
      ...(options.tlsCaFile && {
        ssl: {
          ca: readFileSync(options.tlsCaFile, 'utf8'),
          minVersion: 'TLSv1.2',
          // An authority signs for more servers than one: that of a cloud's region for all of its customers'.
          verifyIdentity,
        },
      }),
    });
    this.#pool.on('release', (connection) => this.#idle.add(coreOf(connection)));
    this.#pool.on('acquire', (connection) => this.#idle.delete(coreOf(connection)));
    this.#watch = options.watch ?? new ServerWatch();
    this.#unwatch = this.#watch.onLeft(() => {
      for (const connection of this.#idle) connection.destroy();
      this.#idle.clear();
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
    return this.#again((connection) => inTransaction(connection, this.#queryTimeoutMs, body));
  }

  /**
   * A transaction of two round trips, again as `transaction`: `opening` are the statements that read and lock, `answer` is
   * given what each has found and says which ones close it. It may ask more by `tx`. Without any to close it, it is undone.
   * A TypeError on a pool that was not opened for it.
   */
  async exchange<T>(opening: readonly Statement[], answer: Answer<T>): Promise<T> {
    if (!this.#options.exchanges) throw new TypeError('this pool takes one statement at a time');
    return this.#again((connection) => inExchange(connection, this.#queryTimeoutMs, opening, answer));
  }

  /**
   * As `exchange`, tried once, but `opening` reads before the transaction and locks nothing: what closes it is a transaction of its
   * own, which has to fail by itself when something of what was read is so no more. Nothing may be read, too.
   */
  async readAndClose<T>(opening: readonly Statement[], answer: Answer<T>): Promise<T> {
    if (!this.#options.exchanges) throw new TypeError('this pool takes one statement at a time');
    return this.#with((connection) =>
      inExchange(connection, this.#queryTimeoutMs, opening, answer, 'closing'),
    );
  }

  async #again<T>(use: (connection: mysql.PoolConnection) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#with(use);
      } catch (error) {
        if (attempt >= 2 || !isTransient(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, { baseMs: 20, maxMs: 200 })));
      }
    }
  }

  /** A connection of one's own, checked; the caller releases it, or destroys it after an error. */
  async acquire(): Promise<mysql.PoolConnection> {
    for (;;) {
      const connection = await this.#pool.getConnection().catch((error: unknown) => {
        throw notLetIn(error);
      });
      const core = coreOf(connection);
      const seen = this.#seen.get(core);
      if (seen === undefined) {
        this.#seen.set(core, await this.#prepared(connection));
        return connection;
      }
      if (await this.#isWell(connection, seen)) return connection;
    }
  }

  /**
   * Connections made so far. As long as it stays the same all of them lead to the very server that they led to before, which was not
   * away meanwhile.
   */
  get made(): number {
    return this.#made;
  }

  /** What is known of the server; another pool that leads to it may share it. */
  get watch(): ServerWatch {
    return this.#watch;
  }

  /** Tells what an error of a connection says of the server behind it, for those who use one of their own. */
  report(error: unknown): void {
    if (isReadOnly(error)) this.#watch.leave();
    else if (isConnectionBroken(error)) this.#watch.suspect();
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.#pool.end();
  }

  async #prepared(connection: mysql.PoolConnection): Promise<Seen> {
    this.#made++;
    const { generation } = this.#watch;
    const { allowWeakDurability, session } = this.#options;
    const prepared = prepareSession(connection, { allowWeakDurability, settings: session });
    try {
      await withDeadline(prepared, this.#queryTimeoutMs, 'the settings of a session');
    } catch (error) {
      connection.destroy();
      throw notLetIn(error);
    }
    return { generation, wellAt: performance.now() };
  }

  /** False, and the connection is gone, when it leads to a server that was left or takes no writes. */
  async #isWell(connection: mysql.PoolConnection, seen: Seen): Promise<boolean> {
    if (seen.generation === this.#watch.generation) {
      const isTrusted = performance.now() - seen.wellAt < trustedMs && seen.wellAt > this.#watch.suspectedAt;
      if (isTrusted) return true;
      const isWell = withDeadline(isWriter(connection), checkTimeoutMs, 'whether a connection is well');
      if (await isWell.catch(() => false)) {
        seen.wellAt = performance.now();
        return true;
      }
      this.#watch.leave();
    }
    connection.destroy();
    return false;
  }

  async #with<T>(use: (connection: mysql.PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      const result = await use(connection);
      connection.release();
      return result;
    } catch (error) {
      this.report(error);
      if (isConnectionBroken(error)) connection.destroy();
      else connection.release();
      throw error;
    }
  }
}

/** The connection beneath the wrapper: the pool makes a new wrapper each time. */
const coreOf = (connection: mysql.PoolConnection): mysql.PoolConnection['connection'] =>
  connection.connection ?? connection;

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

const begin: Statement = { sql: 'START TRANSACTION' };

/** The driver puts the text of what failed beside its error, and here that is what people write, which no log is to tell. */
function withoutText(error: unknown): never {
  if (error instanceof Error) delete (error as { sql?: unknown }).sql;
  throw error;
}

/** `begins`: with which of the two the transaction does. */
async function inExchange<T>(
  connection: MysqlConnection,
  timeoutMs: number,
  opening: readonly Statement[],
  answer: Answer<T>,
  begins: 'opening' | 'closing' = 'opening',
): Promise<T> {
  const isLate = begins === 'closing';
  const say = async (statements: readonly Statement[]) => {
    // Without `values` the driver goes through all of the text for marks, character by character.
    const asked = connection.query({ sql: spell(statements), values: null }).catch(withoutText);
    const [found] = await withDeadline(asked, timeoutMs, 'an exchange');
    return (statements.length === 1 ? [found] : found) as unknown as Answered[];
  };
  const undo = () => say([{ sql: 'ROLLBACK' }]);
  let answered: Awaited<ReturnType<Answer<T>>>;
  try {
    const first = isLate ? opening : [begin, ...opening];
    const found = first.length === 0 ? [] : await say(first);
    answered = await answer(isLate ? found : found.slice(1), txOn(connection, timeoutMs));
  } catch (error) {
    if (!isLate && !isConnectionBroken(error)) await undo();
    throw error;
  }
  const { closing, result } = answered;
  if (closing === undefined) {
    if (!isLate) await undo();
    return result;
  }
  try {
    await say([...(isLate ? [begin] : []), ...closing, { sql: 'COMMIT' }]);
  } catch (error) {
    // Surely of a statement before the COMMIT, or of one that the server has undone; of others who can tell.
    if (!isDuplicateKey(error) && !isTransient(error))
      throw Object.assign(error as Error, { commitUnknown: true });
    await undo();
    throw error;
  }
  return result;
}
