import type { ConversationSummary, Message, Profile } from '@berth/wire';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import type { Audience } from './audience.ts';
import { LiveTexts } from './live-texts.ts';
import { withNamedEdits } from './named-edits.ts';
import { oldIds } from './old-ids.ts';
import { encodeOldFrame, fitting } from './old-text.ts';
import { acceptance, pushedBody, pushedPicture } from './pushed-bodies.ts';
import { RecalledTexts } from './recalled-texts.ts';
import { pictureOf } from './shown-messages.ts';
import type { Push } from './spaced-frames.ts';
import type { WaitingBudget } from './waiting-budget.ts';

/** Messages read at a time, hence in one frame at most, and conversations. */
const textPage = 50;
const conversationPage = 200;
/** Messages that a person is introduced with. */
const maxEntries = 10;
/** A thread that the client does not know waits so long for the event that tells of its person. */
const strangerMs = 500;
/** A client that has not asked for the next page within this does not page. */
const pagingMs = 2_000;
const earlyMs = 20;
/** Notices and introductions that wait; what is beyond is seen at the next log-in, or with the next text. */
const maxWaiting = 100;

/**
 * What is pushed to one old client: notices, people whom it gets to know (1015), texts (1019). Of each direct
 * conversation it is known up to where the client was sent it, and what is above is read when it can be written; so
 * nothing is lost or out of order however slow the client is, and what waits is a number for each conversation. A client
 * without threads keeps no marks, so its are stored, and what it missed while it was away is above them, too.
 */
export class PushedTexts {
  readonly #to: Audience;
  readonly #store: MysqlOldClientMarks;
  /** Up to where each conversation was sent. */
  #marks = new Map<number, number>();
  /** Of a client without threads: they are read, what it missed included. */
  #caughtUp: Promise<void> | undefined;
  /** Conversations with something above their marks, and what of it came first. */
  readonly #behind = new Map<number, number>();
  #delivered = 0;
  readonly #live: LiveTexts;
  readonly #budget: WaitingBudget;
  #closed = false;
  readonly #notices: Uint8Array[] = [];
  readonly #recalled: RecalledTexts;
  /** By the person: who is to be introduced. */
  readonly #arriving = new Map<number, { profile: Profile; conversation: number }>();
  /** People whom an answer under way will tell of. */
  readonly #expected = new Set<number>();
  /** By the conversation: since when its person is waited for. */
  readonly #strangeSince = new Map<number, number>();
  /** Threads that the client will page: a text before their first page would make it skip what is below. */
  readonly #unpaged = new Set<number>();
  #pagedAt = Number.NEGATIVE_INFINITY;
  /** Whether friends beyond 1006 are to be looked for. */
  #looksBeyond = false;

  constructor(to: Audience, store: MysqlOldClientMarks, budget: WaitingBudget) {
    this.#to = to;
    this.#store = store;
    this.#budget = budget;
    this.#live = new LiveTexts(budget);
    this.#recalled = new RecalledTexts(to);
  }

  /** The client has gone: nothing is kept for it. */
  close(): void {
    this.#closed = true;
    this.#live.clear();
    for (const notice of this.#notices.splice(0)) this.#budget.give(notice.length);
  }

  /** A message that was delivered just now. */
  deliver(message: Message): void {
    if (this.#closed) return;
    const { conversation, seq } = message;
    this.#delivered++;
    this.#live.add(message);
    this.#behind.set(conversation, Math.min(seq, this.#firstOf(conversation)));
    this.#to.wake();
  }

  /** A message was taken back. Where it waits it is read again; of what the client does not have yet it will read no more. */
  recalled(conversation: number, seq: number): void {
    if (this.#closed) return;
    this.#live.reread(conversation);
    if (seq > (this.#marks.get(conversation) ?? 0)) return;
    this.#recalled.add(conversation, seq);
    this.#to.wake();
  }

  notify(frame: Uint8Array): void {
    const hasRoom = !this.#closed && this.#notices.length < maxWaiting && this.#budget.take(frame.length);
    if (hasRoom) this.#notices.push(frame);
    this.#to.wake();
  }

  /** The two are friends now. */
  introduce(profile: Profile, conversation: number): void {
    const { told } = this.#to;
    if (told.knows(profile.id) && !told.hasEnded(profile.id)) return;
    if (this.#arriving.size < maxWaiting) this.#arriving.set(profile.id, { profile, conversation });
    this.#to.wake();
  }

  /** The answer that is being made will tell of this person. */
  expect(user: number): void {
    this.#expected.add(user);
  }

  /** The answer told of the person, with the thread up to `seq`; or, without these, it did not. */
  arrived(user: number, conversation?: number, seq = 0): void {
    this.#expected.delete(user);
    if (conversation !== undefined) this.#met(user, conversation, seq);
    this.#to.wake();
  }

  /**
   * 1026 told of the threads; the client asks for their messages one after the other. Behind the last one come the unread
   * of those whom 1006 had no room for.
   */
  listed(threads: readonly number[], more: boolean): void {
    this.#pagedAt = performance.now();
    for (const thread of threads) this.#unpaged.add(thread);
    this.#looksBeyond ||= !more && this.#to.told.isCut;
    this.#wakeIn(pagingMs);
  }

  /** 1030 had the thread's messages up to `seq`. */
  paged(thread: number, seq: number, more: boolean): void {
    this.#pagedAt = performance.now();
    this.#moveTo(thread, Math.max(seq, this.#marks.get(thread) ?? 0));
    if (!more) {
      this.#unpaged.delete(thread);
      if (seq > 0) this.#to.ask('mark', { conversation: thread, received: seq }).catch(() => {});
    }
    this.#to.wake();
  }

  /** For a client without threads: reads its marks, and finds what it missed. Asked again it is the same. */
  catchUp(): Promise<void> {
    this.#caughtUp ??= this.#readMarks().catch((error: unknown) => {
      this.#caughtUp = undefined;
      throw error;
    });
    return this.#caughtUp;
  }

  async next(): Promise<Push | undefined> {
    const [notified] = this.#notices;
    if (notified !== undefined)
      return { frame: notified, written: () => this.#budget.give(this.#notices.shift()?.length ?? 0) };
    for (const [user, { profile, conversation }] of this.#arriving) {
      const push = await this.#introduction(profile, conversation);
      if (push !== undefined) return push;
      this.#arriving.delete(user);
    }
    if (this.#to.variant === 'unknown') return undefined;
    if (this.#to.variant === 'plain') await this.catchUp();
    if (this.#looksBeyond) await this.#lookBeyond();
    for (const conversation of this.#behind.keys()) {
      const push = await this.#textsOf(conversation);
      if (push !== undefined) return push;
    }
    return this.#recalled.next();
  }

  async #readMarks(): Promise<void> {
    const direct = await this.#directConversations();
    const stored = await this.#store.read(this.#to.user);
    this.#marks = stored ?? (await this.#firstMarks(direct));
    for (const { conversation, head } of direct)
      if (head > (this.#marks.get(conversation) ?? 0))
        this.#behind.set(conversation, this.#firstOf(conversation));
    this.#to.wake();
  }

  async #lookBeyond(): Promise<void> {
    for (const { conversation, peer, unread, head } of await this.#directConversations())
      if (unread > 0 && peer !== undefined && !this.#to.told.knows(peer.id))
        this.#behind.set(conversation, Math.min(head, this.#firstOf(conversation)));
    this.#looksBeyond = false;
  }

  async #directConversations(): Promise<ConversationSummary[]> {
    const direct: ConversationSummary[] = [];
    let cursor: string | undefined;
    do {
      const limit = conversationPage;
      const page = await this.#to.ask('conversations', { limit, ...(cursor !== undefined && { cursor }) });
      direct.push(...page.conversations.filter(({ kind }) => kind === 'direct'));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return direct;
  }

  /**
   * A client that was never here begins with what no device of the user has received: it is no archive. What came since
   * its log-in is its own, whoever else has received it.
   */
  async #firstMarks(direct: readonly ConversationSummary[]): Promise<Map<number, number>> {
    const marks = await Promise.all(
      direct.map(async ({ conversation }): Promise<[number, number]> => {
        const { received } = await this.#to.ask('mark', { conversation });
        return [conversation, Math.min(received, this.#firstOf(conversation) - 1)];
      }),
    );
    const first = new Map(marks);
    await this.#store.begin(this.#to.user, first);
    return first;
  }

  /** 1015, with the newest messages; undefined while there is none, since such a client cannot do without. */
  async #introduction(profile: Profile, conversation: number): Promise<Push | undefined> {
    const newest = await this.#to.ask('sync', { conversation, limit: maxEntries });
    const messages = await withNamedEdits(this.#to.ask, newest.messages);
    if (messages.length === 0 || this.#expected.has(profile.id)) return undefined;
    const idOf = await this.#to.ids.upTo(conversation, messages.at(-1)!.seq);
    const bodyOf = (entries: readonly Message[]) => acceptance(this.#to.user, profile, entries, idOf);
    const entries = [...fitting(messages.toReversed(), bodyOf)].reverse();
    return {
      frame: encodeOldFrame(oldIds.notifyAuthFriend, bodyOf(entries)),
      written: () => {
        this.#arriving.delete(profile.id);
        this.#met(profile.id, conversation, entries.at(-1)!.seq);
      },
    };
  }

  #met(user: number, conversation: number, seq: number): void {
    const { told, variant } = this.#to;
    this.#strangeSince.delete(conversation);
    // Only one with threads reads the messages, and only of a person whom it did not know.
    if (told.meet(user, conversation) && variant !== 'plain') this.#moveTo(conversation, seq);
  }

  /** The first that came live of what was not sent; infinite when nothing did. */
  #firstOf(conversation: number): number {
    return this.#behind.get(conversation) ?? Number.POSITIVE_INFINITY;
  }

  /** The next texts of a conversation; undefined when there is nothing to push of it now. */
  async #textsOf(conversation: number): Promise<Push | undefined> {
    const { told, variant } = this.#to;
    const peer = await this.#to.peerOf(conversation);
    if (peer === undefined) return this.#forget(conversation);
    if (this.#expected.has(peer)) return undefined;
    if (!told.knows(peer)) return this.#stranger(peer, conversation);
    const isListed = variant === 'threads' && told.isListed;
    if (isListed && !told.hasThread(conversation)) return this.#forget(conversation);
    if (isListed && this.#isUnpaged(conversation)) return undefined;
    const before = this.#delivered;
    const messages = await this.#above(conversation);
    const last = messages.at(-1);
    if (last === undefined)
      return this.#delivered === before ? this.#forget(conversation) : this.#textsOf(conversation);
    const shown = firstRun(messages, isListed, (message) => this.#isShown(message, isListed));
    const run = await withNamedEdits(this.#to.ask, shown);
    if (run.length === 0) {
      this.#moveTo(conversation, last.seq);
      return this.#textsOf(conversation);
    }
    const idOf = isListed ? await this.#to.ids.upTo(conversation, run.at(-1)!.seq) : undefined;
    const [first] = run;
    const picture = isListed ? pictureOf(first!) : undefined;
    if (picture !== undefined && (await this.#to.showsPictures()))
      return {
        frame: encodeOldFrame(
          oldIds.notifyPicture,
          pushedPicture(this.#to.user, peer, { message: first!, picture, idOf: idOf! }),
        ),
        written: () => this.#sent(conversation, first!.seq),
      };
    const bodyOf = (texts: readonly Message[]) => pushedBody(this.#to.user, peer, texts, idOf);
    const texts = fitting(run, bodyOf);
    return {
      frame: encodeOldFrame(oldIds.notifyTextChat, bodyOf(texts)),
      written: () => this.#sent(conversation, texts.at(-1)!.seq),
    };
  }

  /** What is above the mark, from what came live when nothing is missing in it. */
  async #above(conversation: number): Promise<readonly Message[]> {
    let mark = this.#marks.get(conversation);
    if (mark === undefined) {
      // A client with threads pages what is below the first that came live.
      mark = this.#to.variant === 'plain' ? 0 : this.#firstOf(conversation) - 1;
      this.#marks.set(conversation, mark);
    }
    const live = this.#live.after(conversation, mark, textPage);
    if (live.length > 0) return live;
    return (await this.#to.ask('sync', { conversation, after: mark, limit: textPage })).messages;
  }

  /**
   * A client without threads shows what it sent itself and takes any other text for the friend's; one with threads shows
   * what the user wrote elsewhere as the user's.
   */
  #isShown({ sender, conversation, cid }: Message, isListed: boolean): boolean {
    if (sender !== this.#to.user) return true;
    return isListed && !this.#live.isOwn(conversation, cid);
  }

  /** A text that this client is sending: it has it already. */
  sending(conversation: number, cid: string): void {
    this.#live.own(conversation, cid);
  }

  /** Someone whom the client does not know: introduced when a friend, else passed over. */
  async #stranger(peer: number, conversation: number): Promise<Push | undefined> {
    const since = this.#strangeSince.get(conversation);
    if (since === undefined) {
      this.#strangeSince.set(conversation, performance.now());
      this.#wakeIn(strangerMs);
      return undefined;
    }
    if (performance.now() - since < strangerMs) return undefined;
    const { user, friend } = await this.#to.ask('profile', { user: peer });
    const push = friend ? await this.#introduction(user, conversation) : undefined;
    if (push === undefined) {
      this.#strangeSince.delete(conversation);
      this.#forget(conversation);
    }
    return push;
  }

  #isUnpaged(conversation: number): boolean {
    if (!this.#unpaged.has(conversation)) return false;
    if (performance.now() - this.#pagedAt < pagingMs) return true;
    this.#unpaged.clear();
    return false;
  }

  #forget(conversation: number): undefined {
    this.#behind.delete(conversation);
    this.#live.forget(conversation);
  }

  #moveTo(conversation: number, seq: number): void {
    this.#marks.set(conversation, seq);
    this.#live.passed(conversation, seq);
  }

  /** The conversation goes to the end of those that wait. */
  #sent(conversation: number, seq: number): void {
    this.#moveTo(conversation, seq);
    this.#behind.delete(conversation);
    this.#behind.set(conversation, seq + 1);
    const kept =
      this.#to.variant === 'plain' ? this.#store.move(this.#to.user, conversation, seq) : undefined;
    // What is not noted is pushed again at the next log-in.
    Promise.all([kept, this.#to.ask('mark', { conversation, received: seq })]).catch(() => {});
  }

  /** Not before `ms` are over, though a timer may be a little early. */
  #wakeIn(ms: number): void {
    setTimeout(() => this.#to.wake(), ms + earlyMs).unref();
  }
}

/** The first texts that are shown and have one sender, or a picture alone; those before them are passed over. */
function firstRun(
  messages: readonly Message[],
  hasPictures: boolean,
  isShown: (message: Message) => boolean,
): Message[] {
  const run: Message[] = [];
  for (const message of messages) {
    if (!isShown(message)) continue;
    const isPicture = [message, ...run].some((one) => pictureOf(one) !== undefined);
    if (hasPictures && run.length > 0 && isPicture) break;
    if (run.length > 0 && message.sender !== run[0]!.sender) break;
    run.push(message);
  }
  return run;
}
