import { createHash } from 'node:crypto';
import { DeadlineError, withDeadline } from '@berth/lifecycle';
import { isConnectionBroken, type Mysql, type MysqlConnection, txOn } from '@berth/mysql';
import type { LogHeads } from './log-heads.ts';
import { CommitUnknownError } from './message-store.ts';

/** How far a write has come, and whether its caller has given it up. */
export interface Attempt {
  /** What is under way may take effect though its answer is lost. */
  committing: boolean;
  abandoned: boolean;
}

export interface WriterConnectionsOptions {
  mysql: Mysql;
  heads: LogHeads;
  /** Milliseconds for a whole attempt. */
  timeoutMs: number;
}

/**
 * The connections of the message writer. One that is lost, or leads to another server or another run of it, may mean that the
 * last transactions are lost: then no head is known any more.
 */
export class WriterConnections {
  readonly #options: WriterConnectionsOptions;
  /** What the pool hands out are wrappers; these are the connections beneath. */
  readonly #met = new WeakSet<object>();

  constructor(options: WriterConnectionsOptions) {
    this.#options = options;
  }

  /** Throws CommitUnknownError when the answer was lost that says whether it was done; else nothing was. */
  async use<T>(work: (connection: MysqlConnection, attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt: Attempt = { committing: false, abandoned: false };
    let connection: MysqlConnection | undefined;
    const run = async () => {
      const acquired = await this.#options.mysql.acquire();
      if (attempt.abandoned) {
        acquired.release();
        throw new DeadlineError('given up while connecting');
      }
      connection = acquired;
      await this.#meet(acquired);
      return work(acquired, attempt);
    };
    try {
      const result = await withDeadline(run(), this.#options.timeoutMs, 'a batch');
      connection!.release();
      return result;
    } catch (error) {
      attempt.abandoned = true;
      this.#options.mysql.report(error);
      if (connection !== undefined && !(await giveBack(connection, attempt, error))) {
        this.#options.heads.forgetAll(0);
      }
      if (!attempt.committing) throw error;
      throw new CommitUnknownError('the answer of a commit was lost', { cause: error });
    }
  }

  async #meet(connection: MysqlConnection): Promise<void> {
    if (this.#met.has(connection.connection)) return;
    const { heads } = this.#options;
    const serverRun = await readServerRun(connection);
    // One more connection to the same run changes nothing.
    if (serverRun === 0 || serverRun !== heads.serverRun) heads.forgetAll(serverRun);
    this.#met.add(connection.connection);
  }
}

/** A connection that the server answered on is sound once rolled back; any other is not used again. */
async function giveBack(connection: MysqlConnection, attempt: Attempt, error: unknown): Promise<boolean> {
  if (!attempt.committing && !isConnectionBroken(error)) {
    try {
      await withDeadline(connection.query('ROLLBACK'), 1_000, 'ROLLBACK');
      connection.release();
      return true;
    } catch {
      // Lost after all.
    }
  }
  connection.destroy();
  return false;
}

/**
 * One number for this run of this server: its name, the second in which it was started, by its own clock, and what it drew
 * by lot then for the UUIDs that it gives out (their clock sequence): it may be back within the second. 0 when it does not say.
 */
async function readServerRun(connection: MysqlConnection): Promise<number> {
  const db = txOn(connection, 2_000);
  const [server] = await db.rows<{ name: string; version: string }>(
    "SELECT CONCAT_WS('/', @@hostname, @@port, @@server_id, SUBSTR(UUID(), 20)) AS name, VERSION() AS version",
  );
  const schema = /mariadb/i.test(server!.version) ? 'information_schema' : 'performance_schema';
  try {
    // Both are of the statement's own second.
    const [run] = await db.rows<{ started: string | number }>(
      `SELECT UNIX_TIMESTAMP() - CAST(variable_value AS UNSIGNED) AS started FROM ${schema}.global_status
       WHERE variable_name = 'Uptime'`,
    );
    const hash = createHash('sha256').update(`${server!.name}/${run!.started}`).digest();
    return hash.readUIntBE(0, 6) || 1;
  } catch (error) {
    if (isConnectionBroken(error)) throw error;
    return 0;
  }
}
