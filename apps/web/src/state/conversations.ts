import {
  applyChange,
  applySettings,
  type BerthClient,
  BerthError,
  type ErrorCode,
  isMentioned,
  type MessageChange,
  type Pages,
} from '@berth/client';
import { type Answers, type ConversationSummary, limits, type Message, type Pushes } from '@berth/wire';
import { Observable } from './observable.ts';

export interface Conversation extends ConversationSummary {
  /** When something happened in it last, milliseconds since 1970: what the list is ordered by. */
  activeAt: number;
  /** The last message that may be unread, where it is known: what is said in threads, and what changed one, is none. */
  counted?: number | undefined;
  /** What the server said when the user wrote here last, until it tells of the conversation anew. */
  refused?: 'blocked' | 'not_friends';
}

/** What the server says of a conversation that is not there for this user. */
const absences: ReadonlySet<ErrorCode> = new Set(['not_member', 'not_found', 'forbidden']);

/** Beyond what a summary tells there may be more mentions: asked for once those are read, and the server knows it. */
const askAgainMs = 1_500;

/** The conversations that are here, in the order of the list: pinned ones first, then by what happened last. */
export class Conversations extends Observable {
  readonly #client: Pick<BerthClient, 'conversations' | 'request' | 'markRead'>;
  readonly #me: number;
  readonly #byId = new Map<number, Conversation>();
  readonly #asked = new Set<number>();
  /** Not there, or not this user's, by the server's word. */
  readonly #absent = new Set<number>();
  /** When something other than a message happened, such as that one was asked in. */
  readonly #touchedAt = new Map<number, number>();
  #sorted: readonly Conversation[] | undefined;
  #away: readonly Conversation[] | undefined;
  #pages: Pages<ConversationSummary> | undefined;
  #loading: Promise<void> | undefined;
  /** The conversation whose end is in view, and whether somebody looks at the page. */
  #attended: { conversation: number; isLookedAt: () => boolean } | undefined;

  constructor(client: Pick<BerthClient, 'conversations' | 'request' | 'markRead'>, me: number) {
    super();
    this.#client = client;
    this.#me = me;
  }

  get(id: number): Conversation | undefined {
    return this.#byId.get(id);
  }

  isAbsent(id: number): boolean {
    return this.#absent.has(id);
  }

  /** Those that are not in the archive. */
  get sorted(): readonly Conversation[] {
    this.#sorted ??= [...this.#byId.values()].filter((one) => !isAway(one)).sort(byPlace);
    return this.#sorted;
  }

  /** Those that are. */
  get away(): readonly Conversation[] {
    this.#away ??= [...this.#byId.values()].filter(isAway).sort(byPlace);
    return this.#away;
  }

  /** The conversation with one other person, as far as it is here. */
  withPerson(user: number): Conversation | undefined {
    return [...this.#byId.values()].find(({ kind, peer }) => kind === 'direct' && peer?.id === user);
  }

  /** Unread messages of all conversations that are not in the archive; of silenced ones those that mention the user. */
  get unread(): number {
    let count = 0;
    for (const conversation of this.#byId.values()) {
      const { silenced, unread, mentions = [] } = conversation;
      if (!isAway(conversation)) count += silenced ? mentions.length : unread;
    }
    return count;
  }

  /** Whether the server has no further ones. */
  get complete(): boolean {
    return this.#pages?.done ?? false;
  }

  /** Whether the first page has come, or the cache had something. */
  get started(): boolean {
    return this.#byId.size > 0 || this.complete;
  }

  /** The next page; rejects when it cannot be had now. */
  loadMore(): Promise<void> {
    this.#pages ??= this.#client.conversations({ pageSize: 100 });
    if (this.#pages.done) return Promise.resolve();
    this.#loading ??= this.#load(this.#pages).finally(() => {
      this.#loading = undefined;
      this.#change();
    });
    return this.#loading;
  }

  /** Those of the first page anew, once there is one: no push tells later what was done on other devices meanwhile. */
  async refresh(): Promise<void> {
    if (!this.#pages) return;
    const { conversations } = await this.#client.request('conversations', { limit: 100 });
    this.replace(conversations);
  }

  async #load(pages: Pages<ConversationSummary>): Promise<void> {
    this.replace(await pages.next());
  }

  replace(summaries: readonly ConversationSummary[]): void {
    for (const summary of summaries) {
      const known = this.#byId.get(summary.conversation);
      this.#absent.delete(summary.conversation);
      const read = Math.max(summary.read, known?.read ?? 0);
      const newer = known && known.head > summary.head ? known : summary;
      const isStale = (known?.settings?.seq ?? 0) > (summary.settings?.seq ?? 0);
      const mentions = newer === known ? union(known.mentions, summary.mentions) : summary.mentions;
      const counted = newer === known ? known.counted : countedIn(summary.last);
      this.#byId.set(summary.conversation, {
        ...summary,
        mentions: mentions?.filter((seq) => seq > read) ?? [],
        read,
        head: newer.head,
        ...(newer.last && { last: newer.last }),
        ...(isStale && { settings: known!.settings! }),
        counted,
        unread: unreadAbove(read, { ...newer, counted }),
        activeAt: Math.max(
          newer.last?.sentAt ?? 0,
          known?.activeAt ?? 0,
          this.#touchedAt.get(summary.conversation) ?? 0,
        ),
      });
    }
    if (summaries.length > 0) this.#change();
  }

  /** Brings a conversation to the top, also one that is still on its way. */
  touch(id: number, at: number): void {
    this.#touchedAt.set(id, at);
    const known = this.#byId.get(id);
    if (known && known.activeAt < at) this.#set({ ...known, activeAt: at });
  }

  add(message: Message): void {
    const known = this.#byId.get(message.conversation);
    if (!known) {
      void this.fetch(message.conversation);
      return;
    }
    if (message.kind === 'settings') {
      const settings = applySettings(known.settings, message);
      if (settings !== known.settings) {
        this.#set({ ...known, ...(settings && { settings }) });
        this.add(message);
        return;
      }
    }
    if (message.seq <= (known.last?.seq ?? 0)) return;
    const isNew = message.seq > known.head;
    if (message.kind === 'fence') {
      if (isNew) this.#set({ ...known, head: message.seq });
      return;
    }
    const isText = message.kind === undefined;
    const counts = isText && message.thread === undefined;
    const mine = message.sender === this.#me;
    const head = Math.max(known.head, message.seq);
    // What is said in a thread is seen there.
    const isSeen = isNew && !mine && message.thread === undefined && this.#isAttended(message.conversation);
    const isMeant = isNew && !mine && !isSeen && isMentioned(message.mentions, this.#me);
    this.#set({
      ...known,
      last: message,
      head,
      counted: countedIn(message) ?? known.counted,
      unread: isSeen ? 0 : known.unread + (isNew && !mine && counts ? 1 : 0),
      ...(isSeen && { read: head, mentions: [] }),
      ...(isMeant && { mentions: withMention(known.mentions, message.seq) }),
      activeAt: Math.max(known.activeAt, message.sentAt),
      ...(mine && isText && slowed(known, message.sentAt)),
      // Who writes has read what was there; in a thread that is the thread.
      ...(!mine &&
        counts &&
        known.kind === 'direct' && { peerRead: Math.max(known.peerRead ?? 0, message.seq) }),
    });
    if (mine && isNew && counts) this.markRead(message.conversation, message.seq);
    if (isSeen) this.#client.markRead(message.conversation, message.seq);
  }

  /** The end of a conversation has come into view: what arrives there is read, while somebody looks at the page. */
  attend(conversation: number, isLookedAt: () => boolean): void {
    this.#attended = { conversation, isLookedAt };
  }

  /** It has gone out of view. */
  leave(conversation: number): void {
    if (this.#attended?.conversation === conversation) this.#attended = undefined;
  }

  #isAttended(conversation: number): boolean {
    return this.#attended?.conversation === conversation && this.#attended.isLookedAt();
  }

  /** What became of a message shows in the list when it is the last one. */
  changeMessage(change: MessageChange): void {
    const known = this.#byId.get(change.conversation);
    if (!known) return;
    const last = known.last?.seq === change.target ? applyChange(known.last, change, this.#me) : known.last;
    const isSaidAnew = change.kind === 'edited' || change.kind === 'recalled';
    const mentions = isSaidAnew ? this.#mentionsAfter(known, change) : known.mentions;
    this.#set({
      ...known,
      head: Math.max(known.head, change.seq),
      ...(last && { last }),
      ...(mentions && { mentions }),
    });
  }

  #mentionsAfter({ mentions = [], read }: Conversation, change: MessageChange): number[] {
    const { kind, target, sender } = change;
    const isMeant = kind === 'edited' && sender !== this.#me && isMentioned(change.mentions, this.#me);
    if (isMeant && target > read) return withMention(mentions, target);
    return mentions.filter((seq) => seq !== target);
  }

  /** Messages that the user has deleted for themselves mention them no more. */
  forgetMentions(id: number, seqs: readonly number[]): void {
    const mentions = this.#byId.get(id)?.mentions?.filter((seq) => !seqs.includes(seq));
    if (mentions) this.patch(id, { mentions });
  }

  /** `left`: how many are unread behind it, for who knows better than the seqs tell. */
  markRead(id: number, seq: number, left?: number): void {
    const known = this.#byId.get(id);
    if (!known) return;
    if (seq > known.read) {
      this.#setRead(known, seq, left);
      this.#client.markRead(id, seq);
    } else if (left !== undefined && left < known.unread) this.patch(id, { unread: left });
  }

  /** Reads everything as read, also what has not been scrolled to yet. Rejects when that cannot be had now. */
  async markAllRead(): Promise<void> {
    while (!this.complete) await this.loadMore();
    for (const { conversation, unread, head, mentions = [], markedUnread } of [...this.#byId.values()]) {
      if (unread > 0 || mentions.length > 0) this.markRead(conversation, head);
      if (markedUnread) await this.markUnread(conversation, false);
    }
  }

  /** Shows one as unread though it was read, on all of the user's devices; or no more. */
  async markUnread(id: number, on: boolean): Promise<void> {
    const before = this.#byId.get(id)?.markedUnread ?? false;
    this.patch(id, { markedUnread: on });
    try {
      await this.#client.request('preferences', { conversation: id, unread: on });
    } catch (error) {
      this.patch(id, { markedUnread: before });
      throw error;
    }
  }

  marked({ conversation, user, read, received }: Pushes['marked']): void {
    const known = this.#byId.get(conversation);
    if (!known) return;
    if (user === this.#me) {
      if (read !== undefined && read > known.read) this.#setRead(known, read);
      return;
    }
    if (known.kind !== 'direct') return;
    const peerRead = Math.max(known.peerRead ?? 0, read ?? 0);
    this.#set({
      ...known,
      peerRead,
      peerReceived: Math.max(known.peerReceived ?? 0, received ?? 0, peerRead),
    });
  }

  patch(id: number, change: Partial<Conversation>): void {
    const known = this.#byId.get(id);
    if (known) this.#set({ ...known, ...change });
  }

  /** How the list shows one, as the server has answered, or as it is about to be. */
  prefer(id: number, { archived, unread, ...preferred }: Partial<Answers['preferences']>): void {
    const known = this.#byId.get(id);
    if (!known) return;
    const { archived: _, ...rest } = known;
    this.#set({
      ...rest,
      ...preferred,
      ...(unread !== undefined && { markedUnread: unread }),
      ...(archived !== undefined && { archived }),
    });
  }

  /** Asks the server for one that is not here; once at a time. */
  async fetch(id: number): Promise<Conversation | undefined> {
    if (this.#asked.has(id)) return undefined;
    this.#asked.add(id);
    try {
      const { conversation } = await this.#client.request('conversation', { conversation: id });
      this.replace([conversation]);
      return this.get(id);
    } catch (error) {
      if (error instanceof BerthError && absences.has(error.code)) {
        this.#absent.add(id);
        this.#change();
      }
      return undefined;
    } finally {
      this.#asked.delete(id);
    }
  }

  #setRead(known: Conversation, seq: number, left?: number): void {
    const mentions = known.mentions?.filter((mention) => mention > seq) ?? [];
    this.#set({ ...known, read: seq, unread: left ?? unreadAbove(seq, known), mentions });
    if (mentions.length > 0 || (known.mentions?.length ?? 0) < limits.maxToldMentions) return;
    setTimeout(() => void this.fetch(known.conversation), askAgainMs);
  }

  #set(conversation: Conversation): void {
    this.#byId.set(conversation.conversation, conversation);
    this.#change();
  }

  #change(): void {
    this.#sorted = undefined;
    this.#away = undefined;
    this.changed();
  }
}

/**
 * Whether one is in the archive: left and put away; or archived, and nothing has come since, or nothing that comes is to be
 * told of.
 */
export const isAway = ({
  hidden,
  archived,
  silenced,
  last,
}: Pick<ConversationSummary, 'hidden' | 'archived' | 'silenced' | 'last'>): boolean =>
  hidden === true || (archived !== undefined && (silenced || (last?.seq ?? 0) <= archived));

/** Whether something in one is new, or to be taken for new. */
export const isNews = ({
  unread,
  mentions = [],
  markedUnread,
}: Pick<ConversationSummary, 'unread' | 'mentions' | 'markedUnread'>): boolean =>
  unread > 0 || mentions.length > 0 || markedUnread === true;

/** At most as many as there are seqs; none above the last that counts, since what changed a message has a seq, too. */
const unreadAbove = (
  read: number,
  { unread, head, last, counted }: Pick<Conversation, 'unread' | 'head' | 'last' | 'counted'>,
): number => (read >= Math.min(head, counted ?? last?.seq ?? head) ? 0 : Math.min(unread, head - read));

const countedIn = (message: Message | undefined): number | undefined =>
  message !== undefined && message.kind === undefined && message.thread === undefined
    ? message.seq
    : undefined;

/** Ascending, each once, no more than a summary tells. */
const withMention = (mentions: readonly number[] = [], seq: number): number[] =>
  union(mentions, [seq]).slice(0, limits.maxToldMentions);

const union = (one: readonly number[] = [], other: readonly number[] = []): number[] =>
  [...new Set([...one, ...other])].sort((a, b) => a - b);

const byPlace = (one: Conversation, other: Conversation): number =>
  Number(other.pinned) - Number(one.pinned) ||
  other.activeAt - one.activeAt ||
  other.conversation - one.conversation;

/** Where a group's slow mode holds this user back: until when, after what they wrote. */
const slowed = ({ settings, role, slowUntil = 0 }: Conversation, sentAt: number): Partial<Conversation> =>
  settings?.slowMs && role === 'member' ? { slowUntil: Math.max(slowUntil, sentAt + settings.slowMs) } : {};
