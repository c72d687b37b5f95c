import { backoffMs } from '@berth/lifecycle';
import { isDuplicateKey, isTransient } from '@berth/mysql';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks, padded } from '../stores/statement-shapes.ts';

/** Below it are none: what such a client names there is a seq, as earlier releases told it. */
const firstId = 2 ** 24;
/** Such clients read 32 bits with a sign. */
const maxId = 2 ** 31 - 1;
/** Messages of a range: as many as the conversation has numbers for already, within these. */
const lengths = { min: 64, max: 65_536 };
/** Conversations read and extended at a time. */
const maxKeys = 64;
/** Another node has taken the numbers each time. */
const maxTries = 50;

interface Range {
  firstSeq: number;
  firstId: number;
  length: number;
}

/** The number of a message, by its seq. */
export type IdOf = (seq: number) => number;

export interface MysqlOldMessageIdsOptions {
  mysql: Database;
  /** Ranges that are remembered. Default 100,000. */
  maxRanges?: number;
}

/**
 * The numbers that llfcchat clients know messages by: unique over all conversations, ascending within each, the same for
 * everybody for ever. A conversation has them in ranges, and every range of all follows the last one, so that of two
 * nodes that give out numbers at once one meets a key that is taken, and reads anew.
 */
export class MysqlOldMessageIds {
  readonly #mysql: Database;
  readonly #maxRanges: number;
  readonly #loader: CoalescingLoader<number, readonly Range[]>;
  /** Up to where those who wait need numbers. */
  readonly #needed = new Map<number, number>();
  /** By conversation, the least recently used first. */
  readonly #known = new Map<number, readonly Range[]>();
  #ranges = 0;

  constructor({ mysql, maxRanges = 100_000 }: MysqlOldMessageIdsOptions) {
    this.#mysql = mysql;
    this.#maxRanges = maxRanges;
    this.#loader = new CoalescingLoader({ maxKeys, parallel: 1, read: (keys) => this.#extended(keys) });
  }

  /** Ranges that are remembered. */
  get size(): number {
    return this.#ranges;
  }

  /** Of the messages up to `seq`; gives out what is missing. */
  async upTo(conversation: number, seq: number): Promise<IdOf> {
    const known = this.#cached(conversation);
    const ranges = endOf(known) >= seq ? known : await this.#load(conversation, seq);
    return (wanted) => {
      const range = ranges.findLast((one) => one.firstSeq <= wanted)!;
      return range.firstId + wanted - range.firstSeq;
    };
  }

  /** The seq of the last message whose number is not above `id`; 0 when there is none. */
  async seqAt(conversation: number, id: number): Promise<number> {
    if (id < firstId) return id;
    let ranges = this.#cached(conversation);
    const last = ranges.at(-1);
    if (last === undefined || id >= last.firstId + last.length) ranges = await this.#load(conversation, 0);
    const range = ranges.findLast((one) => one.firstId <= id);
    return range === undefined ? 0 : range.firstSeq + Math.min(id - range.firstId, range.length - 1);
  }

  #cached(conversation: number): readonly Range[] {
    const ranges = this.#known.get(conversation);
    if (ranges === undefined) return [];
    this.#known.delete(conversation);
    this.#known.set(conversation, ranges);
    return ranges;
  }

  async #load(conversation: number, seq: number): Promise<readonly Range[]> {
    this.#needed.set(conversation, Math.max(seq, this.#needed.get(conversation) ?? 0));
    const ranges = (await this.#loader.load(conversation)) ?? [];
    this.#forget(conversation);
    this.#known.set(conversation, ranges);
    this.#ranges += ranges.length;
    for (const oldest of this.#known.keys()) {
      if (this.#ranges <= this.#maxRanges) break;
      this.#forget(oldest);
    }
    return ranges;
  }

  #forget(conversation: number): void {
    this.#ranges -= this.#known.get(conversation)?.length ?? 0;
    this.#known.delete(conversation);
  }

  async #extended(conversations: number[]): Promise<ReadonlyMap<number, readonly Range[]>> {
    const needed = new Map(conversations.map((one) => [one, this.#needed.get(one) ?? 0]));
    for (const one of conversations) this.#needed.delete(one);
    for (let tries = 0; ; ) {
      const stored = await this.#stored(conversations);
      const short = conversations.filter((one) => endOf(stored.get(one)!) < needed.get(one)!);
      if (short.length === 0) return stored;
      try {
        await this.#append(short.map((one) => [one, endOf(stored.get(one)!), needed.get(one)!]));
      } catch (error) {
        if (++tries >= maxTries || !(isDuplicateKey(error) || isTransient(error))) throw error;
        await new Promise((resolve) =>
          setTimeout(resolve, backoffMs(Math.min(tries, 4), { baseMs: 2, maxMs: 32 })),
        );
      }
    }
  }

  async #stored(conversations: readonly number[]): Promise<Map<number, Range[]>> {
    const keys = padded(conversations);
    const rows = await this.#mysql.rows<{
      conversation_id: number;
      first_seq: number;
      first_id: number;
      length: number;
    }>(
      `SELECT conversation_id, first_seq, first_id, length FROM old_message_ranges
       WHERE conversation_id IN (${marks(keys.length)}) ORDER BY conversation_id, first_seq`,
      keys,
    );
    const stored = new Map<number, Range[]>(conversations.map((one) => [one, []]));
    for (const { conversation_id, first_seq, first_id, length } of rows)
      stored.get(conversation_id)!.push({ firstSeq: first_seq, firstId: first_id, length });
    return stored;
  }

  /** A range more for some of the conversations: as many as make a statement of a usual shape. */
  async #append(short: [conversation: number, end: number, needed: number][]): Promise<void> {
    const rows = await this.#mysql.rows<{ next: number }>(
      'SELECT first_id + length AS next FROM old_message_ranges ORDER BY first_id DESC LIMIT 1',
    );
    let next = Number(rows[0]?.next ?? firstId);
    const ranges = short.slice(0, 2 ** Math.floor(Math.log2(short.length))).flatMap(([one, end, needed]) => {
      const length = Math.max(lengths.min, Math.min(end, lengths.max), needed - end);
      next += length;
      return [one, end + 1, next - length, length];
    });
    if (next > maxId + 1) throw new RangeError('there are no numbers left for messages to llfcchat clients');
    await this.#mysql.run(
      `INSERT INTO old_message_ranges (conversation_id, first_seq, first_id, length)
       VALUES ${Array(ranges.length / 4)
         .fill('(?, ?, ?, ?)')
         .join(', ')}`,
      ranges,
    );
  }
}

/** The seq of the last message that has a number. */
function endOf(ranges: readonly Range[]): number {
  const last = ranges.at(-1);
  return last === undefined ? 0 : last.firstSeq + last.length - 1;
}
