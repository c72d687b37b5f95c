import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { type MemberKey, memberKey, parseMemberKey } from './member-rows.ts';
import { readStandings } from './mysql-standings.ts';
import { isMember, type Standing } from './standing.ts';

/** One conversation's cached standings, all read at `membersVersion` or later. */
interface Entry {
  membersVersion: number;
  standings: Map<number, Standing>;
  usedAt: number;
}

const usesBetweenMoves = 1_000;

/** About what a cached standing takes, with its key. */
const bytesPerStanding = 400;
const bytesPerEntry = 200;

export interface MemberDirectoryOptions {
  mysql: Database;
  /** Of cached standings at most. Default 64 MiB. */
  maxBytes?: number;
}

/**
 * What users may do in conversations, cached on this node as of the conversation's members version. A cached standing
 * may be behind; who takes a seq compares versions under the conversation's lock and reads again (`readUnderLock`).
 */
export class MemberDirectory {
  readonly #loader: CoalescingLoader<string, Standing>;
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;
  #uses = 0;

  constructor({ mysql, maxBytes = 64 * 1024 * 1024 }: MemberDirectoryOptions) {
    this.#maxBytes = maxBytes;
    this.#loader = new CoalescingLoader({
      maxKeys: 256,
      read: async (keys) => {
        const pairs = keys.map(parseMemberKey);
        const standings = await readStandings(mysql, pairs);
        return new Map(
          standings.flatMap((standing, index) => (standing === undefined ? [] : [[keys[index]!, standing]])),
        );
      },
    });
  }

  /** About what is cached, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Without asking the database; undefined when it is not known here. */
  cached(conversation: number, user: number): Standing | undefined {
    const entry = this.#entries.get(conversation);
    if (entry === undefined) return undefined;
    // A list in the order of last use, but for those used so lately that they are at its end anyway.
    if (++this.#uses - entry.usedAt > usesBetweenMoves) {
      entry.usedAt = this.#uses;
      this.#entries.delete(conversation);
      this.#entries.set(conversation, entry);
    }
    return entry.standings.get(user);
  }

  /** At `atLeastVersion` or later. Throws `not_member` when there is no such conversation. */
  async standing(conversation: number, user: number, atLeastVersion = 0): Promise<Standing> {
    const cached = this.cached(conversation, user);
    if (cached !== undefined && cached.membersVersion >= atLeastVersion) return cached;
    return this.reload(conversation, user);
  }

  /** As the database has it now. Throws `not_member` when there is no such conversation. */
  async reload(conversation: number, user: number): Promise<Standing> {
    const standing = await this.#loader.load(memberKey(conversation, user));
    if (standing === undefined) throw new BerthError('not_member');
    this.#keep(standing);
    return standing;
  }

  /** The standing of one who is a member now; throws `not_member` otherwise. */
  async membership(conversation: number, user: number, atLeastVersion = 0): Promise<Standing> {
    const standing = await this.standing(conversation, user, atLeastVersion);
    if (!isMember(standing)) throw new BerthError('not_member');
    return standing;
  }

  /** Reads through the transaction that holds the conversations' locks, which makes the answers final. */
  async readUnderLock(tx: Tx, keys: readonly MemberKey[]): Promise<Standing[]> {
    const standings = await readStandings(tx, keys);
    return standings.map((standing, index) => {
      if (standing === undefined) throw new Error(`conversation ${keys[index]!.conversation} is gone`);
      this.#keep(standing);
      return standing;
    });
  }

  /** The members of a conversation changed: what is cached from below this version is void. */
  membersChanged(conversation: number, membersVersion: number): void {
    const entry = this.#entries.get(conversation);
    if (entry !== undefined && entry.membersVersion < membersVersion) this.#drop(conversation, entry);
  }

  #keep(standing: Standing): void {
    let entry = this.#entries.get(standing.conversation);
    if (entry !== undefined && entry.membersVersion > standing.membersVersion) return;
    if (entry !== undefined && entry.membersVersion < standing.membersVersion) {
      this.#drop(standing.conversation, entry);
      entry = undefined;
    }
    if (entry === undefined) {
      entry = { membersVersion: standing.membersVersion, standings: new Map(), usedAt: this.#uses };
      this.#entries.set(standing.conversation, entry);
      this.#bytes += bytesPerEntry;
    }
    if (!entry.standings.has(standing.user)) this.#bytes += bytesPerStanding;
    entry.standings.set(standing.user, standing);
    for (const [conversation, oldest] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(conversation, oldest);
    }
  }

  #drop(conversation: number, entry: Entry): void {
    this.#entries.delete(conversation);
    this.#bytes -= bytesPerEntry + entry.standings.size * bytesPerStanding;
  }
}
