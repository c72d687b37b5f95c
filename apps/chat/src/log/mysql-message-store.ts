import { DeadlineError, withDeadline } from '@berth/lifecycle';
import { isConnectionBroken, type Mysql, type MysqlConnection, type Tx, txOn } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { type Standing, writeRefusal } from '../membership/standing.ts';
import { identityKey, planBatch } from './batch-plan.ts';
import { BatchStatements } from './batch-statements.ts';
import type { LogEnd } from './log-ends.ts';
import {
  type BatchMessage,
  type BatchOptions,
  CommitUnknownError,
  type KnownMessage,
  type MessageStore,
  type Outcome,
  type OutgoingMessage,
} from './message-store.ts';

/** The standing of users as the holder of the conversations' locks reads it. */
export interface StandingReader {
  readUnderLock(tx: Tx, pairs: readonly { conversation: number; user: number }[]): Promise<Standing[]>;
}

export interface MysqlMessageStoreOptions {
  /** Of `writerSession`: no autocommit, short waits. */
  mysql: Mysql;
  standings: StandingReader;
  strangersMayWrite: boolean;
  /** Milliseconds for a whole transaction. Default 5 000. */
  attemptTimeoutMs?: number;
}

/**
 * Session settings of a writer's connections. A transaction begins with its first statement; one conversation that is
 * locked elsewhere costs 1 s at most; and the locks of a process that was stopped are freed after 5 s.
 */
export const writerSession = { autocommit: 0, innodb_lock_wait_timeout: 1, wait_timeout: 5 } as const;

/** How far a transaction has come, and whether its caller has given it up. */
interface Attempt {
  committing: boolean;
  abandoned: boolean;
}

export class MysqlMessageStore implements MessageStore {
  readonly #mysql: Mysql;
  readonly #standings: StandingReader;
  readonly #strangersMayWrite: boolean;
  readonly #attemptTimeoutMs: number;
  readonly #statements = new BatchStatements();

  constructor({ mysql, standings, strangersMayWrite, attemptTimeoutMs = 5_000 }: MysqlMessageStoreOptions) {
    this.#mysql = mysql;
    this.#standings = standings;
    this.#strangersMayWrite = strangersMayWrite;
    this.#attemptTimeoutMs = attemptTimeoutMs;
  }

  async write(batch: readonly BatchMessage[], options: BatchOptions): Promise<Outcome[]> {
    const attempt: Attempt = { committing: false, abandoned: false };
    let connection: MysqlConnection | undefined;
    const work = async () => {
      const acquired = await this.#mysql.acquire();
      if (attempt.abandoned) {
        acquired.release();
        throw new DeadlineError('given up while connecting');
      }
      connection = acquired;
      return this.#transact(acquired, batch, options, attempt);
    };
    try {
      const outcomes = await withDeadline(work(), this.#attemptTimeoutMs, 'a batch');
      connection!.release();
      return outcomes;
    } catch (error) {
      attempt.abandoned = true;
      this.#mysql.report(error);
      if (connection !== undefined) await giveBack(connection, attempt, error);
      if (!attempt.committing) throw error;
      throw new CommitUnknownError('the answer of COMMIT was lost', { cause: error });
    }
  }

  async #transact(
    connection: MysqlConnection,
    batch: readonly BatchMessage[],
    options: BatchOptions,
    attempt: Attempt,
  ): Promise<Outcome[]> {
    const ids = [...new Set(batch.map(({ message }) => message.conversation))].sort((a, b) => a - b);
    const locked = await this.#statements.lock(connection, ids, options.skipLocked);
    const standings = await this.#currentStandings(connection, batch, locked);
    const known = await this.#known(connection, batch, locked, options.careful);
    const sentAt = Date.now();
    const { outcomes, rows } = planBatch({
      batch,
      heads: locked,
      known,
      standings,
      sentAt,
      refusalOf: (message, standing, head) => this.#refusal(message, standing, head, sentAt),
    });
    if (rows.length === 0) {
      await connection.query('ROLLBACK');
    } else {
      await this.#statements.insert(connection, rows, sentAt);
      if (attempt.abandoned) throw new DeadlineError('given up before COMMIT');
      attempt.committing = true;
      await connection.query('COMMIT');
    }
    return options.skipLocked ? outcomes : outcomes.map(asMissing);
  }

  /** The standing of each sender, read again where the conversation's members changed since it was read. */
  async #currentStandings(
    connection: MysqlConnection,
    batch: readonly BatchMessage[],
    locked: ReadonlyMap<number, LogEnd>,
  ): Promise<Standing[]> {
    const standings = batch.map(({ message }) => message.standing);
    const stale = batch.flatMap(({ message }, index) => {
      const conversation = locked.get(message.conversation);
      return conversation !== undefined && conversation.membersVersion !== message.standing.membersVersion
        ? [index]
        : [];
    });
    if (stale.length === 0) return standings;
    const fresh = await this.#standings.readUnderLock(
      txOn(connection),
      stale.map((index) => {
        const { conversation, sender } = batch[index]!.message;
        return { conversation, user: sender };
      }),
    );
    for (const [position, index] of stale.entries()) standings[index] = fresh[position]!;
    return standings;
  }

  #refusal(message: OutgoingMessage, standing: Standing, head: number, now: number): BerthError | undefined {
    const error = writeRefusal(standing, { strangersMayWrite: this.#strangersMayWrite, now });
    if (error !== undefined) return error;
    const { replyTo } = message;
    if (replyTo === undefined || (replyTo >= 1 && replyTo <= head)) return undefined;
    return new BerthError('bad_request', 'replyTo names no message');
  }

  #known(
    connection: MysqlConnection,
    batch: readonly BatchMessage[],
    locked: ReadonlyMap<number, LogEnd>,
    careful: boolean,
  ): Promise<Map<string, KnownMessage>> {
    const asked = new Map<string, OutgoingMessage>();
    for (const { message, resent, lookUpOnly } of batch) {
      if (!locked.has(message.conversation)) continue;
      if (careful || resent || lookUpOnly) asked.set(identityKey(message), message);
    }
    return this.#statements.known(connection, [...asked.values()]);
  }
}

/** A conversation that was waited for and is not there does not exist. */
const asMissing = (outcome: Outcome): Outcome =>
  outcome.kind === 'locked' ? { kind: 'refused', error: new BerthError('not_member') } : outcome;

/** A connection that the server answered on is sound once rolled back; any other is not used again. */
async function giveBack(connection: MysqlConnection, attempt: Attempt, error: unknown): Promise<void> {
  if (attempt.committing || isConnectionBroken(error)) return connection.destroy();
  try {
    await withDeadline(connection.query('ROLLBACK'), 1_000, 'ROLLBACK');
    connection.release();
  } catch {
    connection.destroy();
  }
}
