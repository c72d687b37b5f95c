import { DeadlineError } from '@berth/lifecycle';
import { type Mysql, type MysqlConnection, txOn } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { everybodyRefusal, type Standing, writeRefusal } from '../membership/standing.ts';
import { identityKey, planBatch } from './batch-plan.ts';
import { BatchStatements } from './batch-statements.ts';
import { BatchThreads } from './batch-threads.ts';
import type { RefusalRule, StandingReader } from './judging.ts';
import { LogAppender } from './log-appender.ts';
import type { LogEnd } from './log-ends.ts';
import type { LogHeads } from './log-heads.ts';
import type {
  BatchMessage,
  BatchOptions,
  KnownMessage,
  MessageStore,
  Outcome,
  OutgoingMessage,
} from './message-store.ts';
import { SlowPace } from './slow-pace.ts';
import { type Attempt, WriterConnections } from './writer-connections.ts';

export interface MysqlMessageStoreOptions {
  /** Of `appenderSession`. */
  appenders: Mysql;
  /** Of `turnSession`. */
  turns: Mysql;
  heads: LogHeads;
  standings: StandingReader;
  strangersMayWrite: boolean;
  /** Milliseconds for a whole attempt. Default 5 000. */
  attemptTimeoutMs?: number | undefined;
}

/**
 * Session settings of the connections that append. They hold no lock between two statements, so nothing hangs on a process
 * that was stopped, and they are kept however long nobody writes.
 */
export const appenderSession = { innodb_lock_wait_timeout: 1, wait_timeout: 86_400 } as const;

/**
 * Session settings of the connections that take turns. A transaction begins with its first statement; one conversation that
 * is locked elsewhere costs 1 s at most; and the locks of a process that was stopped are freed after 5 s.
 */
export const turnSession = { autocommit: 0, innodb_lock_wait_timeout: 1, wait_timeout: 5 } as const;

export class MysqlMessageStore implements MessageStore {
  readonly #appender: LogAppender;
  readonly #turns: WriterConnections;
  readonly #heads: LogHeads;
  readonly #standings: StandingReader;
  readonly #refusal: RefusalRule;
  readonly #statements = new BatchStatements();

  constructor(options: MysqlMessageStoreOptions) {
    const { appenders, turns, heads, standings, strangersMayWrite } = options;
    const timeoutMs = options.attemptTimeoutMs ?? 5_000;
    this.#heads = heads;
    this.#standings = standings;
    this.#turns = new WriterConnections({ mysql: turns, heads, timeoutMs });
    this.#refusal = (message, standing, head, now) => {
      const error = writeRefusal(standing, { strangersMayWrite, now });
      if (error !== undefined) return error;
      const { replyTo, mentions } = message;
      const unheard = everybodyRefusal(standing, mentions);
      if (unheard !== undefined) return unheard;
      if (replyTo === undefined || (replyTo >= 1 && replyTo <= head)) return undefined;
      return new BerthError('bad_request', 'replyTo names no message');
    };
    this.#appender = new LogAppender({
      connections: new WriterConnections({ mysql: appenders, heads, timeoutMs }),
      statements: this.#statements,
      heads,
      standings,
      refusal: this.#refusal,
    });
  }

  append(batch: readonly BatchMessage[]): Promise<Outcome[]> {
    return this.#appender.append(batch);
  }

  write(batch: readonly BatchMessage[], options: BatchOptions): Promise<Outcome[]> {
    return this.#turns.use((connection, attempt) => this.#transact(connection, batch, options, attempt));
  }

  async #transact(
    connection: MysqlConnection,
    batch: readonly BatchMessage[],
    options: BatchOptions,
    attempt: Attempt,
  ): Promise<Outcome[]> {
    const ids = [...new Set(batch.map(({ message }) => message.conversation))].sort((a, b) => a - b);
    const locked = await this.#statements.lock(connection, ids, options.skipLocked);
    // Nothing joins a batch that has been given up meanwhile.
    if (attempt.abandoned) throw new DeadlineError('given up while waiting for locks');
    options.gather?.(locked);
    const standings = await this.#currentStandings(connection, batch, locked);
    const known = await this.#known(connection, batch, locked, options.careful);
    const tx = txOn(connection);
    const pace = await SlowPace.read(tx, batch, standings);
    const threads = await BatchThreads.read(tx, batch);
    const sentAt = Date.now();
    const { outcomes, rows, heads } = planBatch({
      batch,
      heads: locked,
      known,
      standings,
      sentAt,
      serverRun: this.#heads.serverRun,
      refusalOf: (message, standing, head) =>
        this.#refusal(message, standing, head, sentAt) ??
        threads.refusal(message) ??
        pace.refusal(message, standing, sentAt),
    });
    const { round } = this.#heads;
    if (rows.length === 0) {
      await connection.query('ROLLBACK');
    } else {
      await this.#statements.insert(connection, rows, sentAt);
      await pace.keep(tx);
      await threads.keep(tx, rows);
      if (attempt.abandoned) throw new DeadlineError('given up before COMMIT');
      attempt.committing = true;
      await connection.query('COMMIT');
      if (round === this.#heads.round) {
        const uncountedAt = new Map(rows.map((row) => [row.message.conversation, row.uncounted]));
        for (const [conversation, seq] of heads) {
          const { membersVersion } = locked.get(conversation)!;
          const uncounted = uncountedAt.get(conversation)!;
          this.#heads.learn(conversation, { seq, uncounted, membersVersion });
        }
      }
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
