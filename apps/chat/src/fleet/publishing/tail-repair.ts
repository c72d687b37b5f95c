import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveQueries } from '../../conversations/live-queries.ts';
import type { LocalConversation, SessionIndex } from '../../session/session-index.ts';
import type { Doubt } from '../peers/peer-links.ts';
import type { LocalDelivery } from './local-delivery.ts';

export interface TailRepairOptions {
  index: SessionIndex;
  queries: LiveQueries;
  delivery: LocalDelivery;
  log: Log;
  /** Takes note of a session's conversations as they are now. */
  catchUp(conversation: number, membersVersion: number): Promise<boolean>;
  /** Kicks may have been lost, too, unless the doubt is slight: every route is looked at again. */
  claimAgain(): Promise<void>;
  /** True while a live node cannot be reached: what it cannot say must be found out. */
  isInDoubt(): boolean;
  onRepaired(messages: number): void;
  /** Entries may be missing here: of one conversation, or of any. */
  onDoubt(conversation?: number): void;
  /** First look after a doubt. Default 300 ms. */
  delayMs?: number;
  /** Second look, for commits that were under way at the first; and the pace while in doubt. Default 5 000 ms. */
  againMs?: number;
}

/** Conversations whose heads are read at once. */
const lot = 500;
/** Users whose conversations are read at once. */
const userLot = 32;
/** Messages pushed of one conversation at most; a client that lacks more sees the gap and asks. */
const maxMessages = 100;
const pauseMs = 20;
/** Suspicions are looked at this often; what is still missing then was lost, and not under way. */
const lookMs = 1_000;
/** Without any sign of a loss every head is looked at once in this time, or slower: so many heads at a look. */
const sweepMs = 20_000;
const maxSwept = 1_000;

/**
 * Finds what was committed and not pushed here: reads the heads of conversations that have sessions on this node, and
 * pushes what is above the last that went out. Asked for one conversation when something was lost by name, and for all
 * when pushes of another node may have been lost.
 */
export class TailRepair {
  readonly #options: TailRepairOptions;
  readonly #some = new Set<number>();
  /** Conversations with a gap since the last look, and since the one before. */
  #gaps = new Set<number>();
  #oldGaps = new Set<number>();
  /** Heads that the sweep found above what went out here. */
  #suspected: readonly { conversation: number; head: number }[] = [];
  /** What is left of the present sweep. */
  #toSweep: number[] = [];
  #lookTimer: NodeJS.Timeout | undefined;
  #isSweeping = false;
  #allAt: number | undefined;
  #againAt: number | undefined;
  /** Whether kicks, and who joined what, are looked for at the next looks at all, too, and not messages alone. */
  #isGrave = false;
  /** After a failure. */
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #closed = false;

  constructor(options: TailRepairOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookTimer = setInterval(() => {
      this.#look();
      void this.#sweep();
    }, lookMs);
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#lookTimer);
  }

  /** Whether entries of any conversation may be missing here. */
  get isInDoubt(): boolean {
    return this.#allAt !== undefined || this.#againAt !== undefined || this.#options.isInDoubt();
  }

  request(conversation: number): void {
    this.#options.onDoubt(conversation);
    this.#some.add(conversation);
    this.#schedule();
  }

  /** A gap that is not closed by itself in a while is a loss. */
  watchGap(conversation: number): void {
    this.#gaps.add(conversation);
  }

  /** Twice: soon, and once more for commits that were under way. With a `slight` doubt at messages alone. */
  requestAll(doubt: Doubt = 'grave'): void {
    this.#options.onDoubt();
    this.#isGrave ||= doubt === 'grave';
    const now = performance.now();
    this.#allAt ??= now + jittered(this.#options.delayMs ?? 300, 0.5);
    this.#againAt = now + jittered(this.#options.againMs ?? 5_000);
    this.#schedule();
  }

  #look(): void {
    const { index } = this.#options;
    for (const conversation of this.#oldGaps)
      if (index.conversation(conversation)?.hasGap) this.request(conversation);
    this.#oldGaps = this.#gaps;
    this.#gaps = new Set();
    for (const { conversation, head } of this.#suspected)
      if ((index.conversation(conversation)?.head ?? head) < head) this.request(conversation);
    this.#suspected = [];
  }

  /** For losses of which there is no sign at all: a part of all heads, one after the other. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping || this.#closed) return;
    this.#isSweeping = true;
    const { index, queries, log } = this.#options;
    try {
      if (this.#toSweep.length === 0)
        this.#toSweep = [...index.conversations()].map(({ conversation }) => conversation);
      const share = Math.ceil((index.conversationCount * lookMs) / sweepMs);
      const heads = await queries.heads(this.#toSweep.splice(0, Math.min(share, maxSwept)));
      this.#suspected = heads.filter(
        ({ conversation, head }) => (index.conversation(conversation)?.head ?? head) < head,
      );
    } catch (error) {
      log.debug({ err: error }, 'a part of the sweep failed');
    } finally {
      this.#isSweeping = false;
    }
  }

  #schedule(): void {
    if (this.#closed || this.#isRunning) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    const dueAt = Math.min(
      this.#some.size > 0 ? now + jittered(50, 0.5) : Number.POSITIVE_INFINITY,
      this.#allAt ?? Number.POSITIVE_INFINITY,
      this.#againAt ?? now + jittered(this.#options.againMs ?? 5_000),
    );
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, dueAt - now, this.#notBefore - now));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const now = performance.now();
    const isDue = (at: number | undefined) => at !== undefined && at <= now;
    const isStill = this.#againAt === undefined && this.#options.isInDoubt();
    const isAll = isDue(this.#allAt) || isDue(this.#againAt) || isStill;
    const isGrave = this.#isGrave || isStill;
    if (isDue(this.#allAt)) this.#allAt = undefined;
    if (isDue(this.#againAt)) {
      this.#againAt = undefined;
      this.#isGrave = false;
    }
    const some = [...this.#some];
    this.#some.clear();
    try {
      if (isAll) await this.#repairAll(isGrave);
      else await this.#repair(some);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a repair failed and is tried again');
      for (const conversation of some) this.#some.add(conversation);
      this.#notBefore = performance.now() + jittered(1_000, 0.5);
      if (isAll) {
        this.#allAt = this.#notBefore;
        this.#isGrave ||= isGrave;
      }
    } finally {
      this.#isRunning = false;
      this.#schedule();
    }
  }

  async #repairAll(isGrave: boolean): Promise<void> {
    const { index, claimAgain } = this.#options;
    await this.#repair([...index.conversations()].map(({ conversation }) => conversation));
    if (!isGrave) return;
    await this.#readMemberships();
    await claimAgain();
  }

  async #repair(conversations: readonly number[]): Promise<void> {
    for (let i = 0; i < conversations.length && !this.#closed; i += lot) {
      if (i > 0) await pause();
      const heads = await this.#options.queries.heads(conversations.slice(i, i + lot));
      for (const { conversation, head, membersVersion } of heads) {
        const local = this.#options.index.conversation(conversation);
        if (local === undefined) continue;
        if (membersVersion > local.version) await this.#options.catchUp(conversation, membersVersion);
        if (head > local.head) await this.#push(local, membersVersion);
      }
    }
  }

  async #push(local: LocalConversation, membersVersion: number): Promise<void> {
    const { conversation, head } = local;
    const frames = await this.#options.queries.deliverFrames(conversation, head, maxMessages);
    const missing = frames.filter(({ seq }) => !local.hasPassed(seq));
    if (frames[0] !== undefined) local.giveUpBelow(frames[0].seq);
    for (const { seq, sentAt, frame } of missing)
      this.#options.delivery.deliver({ conversation, seq, sentAt, membersVersion, frames: [frame] });
    this.#options.onRepaired(missing.length);
  }

  /** Users may have joined conversations that nobody here was in before. */
  async #readMemberships(): Promise<void> {
    const { index, queries } = this.#options;
    const users = [...index.users()];
    for (let i = 0; i < users.length && !this.#closed; i += userLot) {
      if (i > 0) await pause();
      await Promise.all(
        users.slice(i, i + userLot).map(async (user) => {
          for (const membership of await queries.conversationsOf(user))
            for (const session of index.sessionsOf(user))
              if (!session.conversations.includes(membership.conversation)) {
                // What it missed since it joined is above this.
                index.enter(session, { ...membership, head: membership.joinedSeq });
                this.request(membership.conversation);
              }
        }),
      );
    }
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));
