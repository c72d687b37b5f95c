import { DeadlineError } from '@berth/lifecycle';
import { errnoOf, isServerError, type MysqlConnection, txOn } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { isSlowed, type Standing } from '../membership/standing.ts';
import { appendSize } from '../stores/statement-shapes.ts';
import { type BatchPlan, identityKey, planBatch } from './batch-plan.ts';
import type { BatchStatements } from './batch-statements.ts';
import { duplicateEntryOf } from './duplicate-entry.ts';
import type { RefusalRule, StandingReader } from './judging.ts';
import { readLogEnds } from './log-ends.ts';
import type { LogHead, LogHeads } from './log-heads.ts';
import type { BatchMessage, Outcome, OutgoingMessage } from './message-store.ts';
import type { Attempt, WriterConnections } from './writer-connections.ts';

export interface LogAppenderOptions {
  connections: WriterConnections;
  statements: BatchStatements;
  heads: LogHeads;
  standings: StandingReader;
  refusal: RefusalRule;
}

/** Reads of a head and a sender's standing until both are of one moment; beyond it the conversation is written in turn. */
const maxReads = 4;

/**
 * After these the server may have done what it was told, though it answers: it was stopped or killed meanwhile, the time or
 * the disk was over, the commit itself failed.
 */
const ambiguousErrnos = new Set([1021, 1053, 1114, 1180, 1317, 1927, 3024, 4031]);

/** What a batch builds on: the heads, and what the senders may do as of them. */
interface Ground {
  heads: Map<number, LogHead>;
  standings: Standing[];
  /** Read for this batch just now, so that a refusal by them is final. */
  fresh: boolean;
}

/**
 * Appends without a lock: whoever appends behind a head knows that the head is committed, and judges the sender by the members
 * as of it. The primary key decides between two who know the same head. So a batch is one INSERT, which takes effect as a whole
 * or not at all; the conversation whose seq or cid was there leaves it, and the rest goes once more.
 */
export class LogAppender {
  readonly #options: LogAppenderOptions;

  constructor(options: LogAppenderOptions) {
    this.#options = options;
  }

  append(batch: readonly BatchMessage[]): Promise<Outcome[]> {
    return this.#options.connections.use((connection, attempt) => this.#append(connection, batch, attempt));
  }

  async #append(
    connection: MysqlConnection,
    batch: readonly BatchMessage[],
    attempt: Attempt,
  ): Promise<Outcome[]> {
    const { heads } = this.#options;
    const contended = new Map<number, 'seq' | 'cid' | 'other'>();
    for (let conflicts = 0; ; ) {
      const open =
        contended.size === 0 ? batch : batch.filter(({ message }) => !contended.has(message.conversation));
      const { round, serverRun } = heads;
      const plan = await this.#plan(connection, open, contended, serverRun);
      if (plan === undefined) continue;
      const error = await this.#insert(connection, plan, attempt);
      const duplicate = duplicateEntryOf(error);
      if (error !== undefined && duplicate === undefined) throw error;
      if (duplicate === undefined) {
        if (round === heads.round) this.#learn(plan);
        return outcomesOf(batch, plan, contended);
      }
      contended.set(duplicate.conversation, duplicate.by);
      heads.forget(duplicate.conversation);
      // A batch with several conflicts is not tried once for each: what is left of it takes the careful way as one.
      if (++conflicts < 2) continue;
      for (const { message } of open)
        if (!contended.has(message.conversation)) contended.set(message.conversation, 'other');
    }
  }

  /** Undefined when a conversation was added to those that are contended, and the rest is to be planned again. */
  async #plan(
    connection: MysqlConnection,
    open: readonly BatchMessage[],
    contended: Map<number, 'seq' | 'cid' | 'other'>,
    serverRun: number,
  ): Promise<Plan | undefined> {
    const { statements, refusal } = this.#options;
    const asked = new Map<string, OutgoingMessage>();
    for (const { message, resent } of open) if (resent) asked.set(identityKey(message), message);
    const known = asked.size === 0 ? new Map() : await statements.known(connection, [...asked.values()]);
    for (let isFinal = false; ; isFinal = true) {
      const ground = await this.#ground(connection, open, contended, isFinal);
      if (ground === undefined) return undefined;
      const slowed = indexesOf(open, (index) => isSlowed(ground.standings[index]!));
      if (slowed.length > 0) {
        for (const index of slowed) contended.set(open[index]!.message.conversation, 'other');
        return undefined;
      }
      const sentAt = Date.now();
      const plan = planBatch({
        batch: open,
        known,
        sentAt,
        serverRun,
        ...ground,
        heads: ground.heads,
        refusalOf: (message, standing, head) => refusal(message, standing, head, sentAt),
      });
      // What is remembered may be behind what another node has allowed since.
      if (isFinal || !plan.outcomes.some(({ kind }) => kind === 'refused')) {
        return { ...plan, open, sentAt, ground };
      }
    }
  }

  /** Heads, and standings as of them. */
  async #ground(
    connection: MysqlConnection,
    open: readonly BatchMessage[],
    contended: Map<number, 'seq' | 'cid' | 'other'>,
    fresh: boolean,
  ): Promise<Ground | undefined> {
    const { heads, standings: reader } = this.#options;
    const tx = txOn(connection);
    const found = new Map<number, LogHead>();
    const missing: number[] = [];
    let last = 0;
    for (const { message } of open) {
      const id = message.conversation;
      // They are sorted by conversation.
      if (id === last) continue;
      last = id;
      const head = fresh ? undefined : heads.get(id);
      if (head === undefined) missing.push(id);
      else found.set(id, head);
    }
    const read = async (wanted: readonly number[]) => {
      const { round } = heads;
      for (const [id, end] of await readLogEnds(tx, wanted)) {
        found.set(id, end);
        if (round === heads.round) heads.learn(id, end);
      }
    };
    await read(missing);
    const standings = open.map(({ message }) => message.standing);
    let stale = indexesOf(open, (index) => fresh || isStale(found, standings[index]!));
    for (let reads = 0; stale.length > 0; reads++) {
      const pairs = stale.map((index) => {
        const { conversation, sender } = open[index]!.message;
        return { conversation, user: sender };
      });
      const current = await reader.readUnderLock(tx, pairs);
      for (const [position, index] of stale.entries()) standings[index] = current[position]!;
      stale = stale.filter((index) => isStale(found, standings[index]!));
      if (stale.length === 0) break;
      const behind = [...new Set(stale.map((index) => open[index]!.message.conversation))];
      if (reads >= maxReads) {
        for (const id of behind) contended.set(id, 'other');
        return undefined;
      }
      await read(behind);
    }
    return { heads: found, standings, fresh };
  }

  /** Answers with the server's refusal of the statement as a whole; throws when it may have taken effect. */
  async #insert(connection: MysqlConnection, plan: Plan, attempt: Attempt): Promise<unknown> {
    const size = appendSize(plan.rows.length);
    if (size === 0) return undefined;
    if (attempt.abandoned) throw new DeadlineError('given up before the INSERT');
    attempt.committing = true;
    try {
      await this.#options.statements.insertIn(connection, plan.rows.slice(0, size), plan.sentAt, [size]);
    } catch (error) {
      if (!isServerError(error) || ambiguousErrnos.has(errnoOf(error) ?? 0)) throw error;
      attempt.committing = false;
      return error;
    }
    // Of an abandoned attempt nobody hears that it went well.
    if (attempt.abandoned) throw new DeadlineError('given up during the INSERT');
    attempt.committing = false;
    return undefined;
  }

  #learn({ rows, ground }: Plan): void {
    const size = appendSize(rows.length);
    for (let index = 0; index < size; index++) {
      const { message, seq } = rows[index]!;
      const { conversation } = message;
      // They are sorted by conversation: its last one is the end.
      if (index + 1 < size && rows[index + 1]!.message.conversation === conversation) continue;
      const { uncounted, membersVersion } = ground.heads.get(conversation)!;
      this.#options.heads.learn(conversation, { seq, uncounted, membersVersion });
    }
  }
}

interface Plan extends BatchPlan {
  open: readonly BatchMessage[];
  sentAt: number;
  ground: Ground;
}

function indexesOf(open: readonly BatchMessage[], is: (index: number) => boolean): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < open.length; index++) if (is(index)) indexes.push(index);
  return indexes;
}

/** Of a conversation that exists: members as of another moment than the head. */
function isStale(heads: ReadonlyMap<number, LogHead>, standing: Standing): boolean {
  const head = heads.get(standing.conversation);
  return head !== undefined && head.membersVersion !== standing.membersVersion;
}

/** In the order of the batch. What found no room in the statement is for later, and so is its twin. */
function outcomesOf(
  batch: readonly BatchMessage[],
  { open, outcomes, rows }: Plan,
  contended: ReadonlyMap<number, 'seq' | 'cid' | 'other'>,
): Outcome[] {
  const isWhole = contended.size === 0 && appendSize(rows.length) === rows.length;
  if (isWhole && !outcomes.some(({ kind }) => kind === 'locked')) return outcomes;
  const left = new Set(rows.slice(appendSize(rows.length)).map(({ message }) => message));
  const places = new Map(batch.map((pending, index) => [pending, index]));
  const byMessage = new Map<BatchMessage, Outcome>();
  for (const [index, pending] of open.entries()) {
    const outcome = outcomes[index]!;
    if (left.has(pending.message)) byMessage.set(pending, { kind: 'later' });
    // A conversation without a head does not exist.
    else if (outcome.kind === 'locked') {
      byMessage.set(pending, { kind: 'refused', error: new BerthError('not_member') });
    } else if (outcome.kind === 'twin')
      byMessage.set(pending, { kind: 'twin', of: places.get(open[outcome.of]!)! });
    else byMessage.set(pending, outcome);
  }
  return batch.map(
    (pending): Outcome =>
      byMessage.get(pending) ?? { kind: 'contended', by: contended.get(pending.message.conversation)! },
  );
}
