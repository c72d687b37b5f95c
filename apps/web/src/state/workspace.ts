import type { AccountUser, BerthClient, ConnectionState, OutgoingMessage, Receipts } from '@berth/client';
import {
  type ConversationEvent,
  type ConversationSummary,
  type FriendRequest,
  limits,
  type Message,
  type Profile,
} from '@berth/wire';
import type { WorkspaceCache } from './cache.ts';
import { Conversations } from './conversations.ts';
import type { Drafts } from './drafts.ts';
import { GroupHues } from './hues.ts';
import { MessageSet } from './message-set.ts';
import { Cell } from './observable.ts';
import { Outbox } from './outbox.ts';
import { People } from './people.ts';
import { ReceiptBook } from './receipt-book.ts';
import { ThreadDrafts } from './thread-drafts.ts';
import { Timeline } from './timeline.ts';
import { Typing } from './typing.ts';
import { UndoOffers } from './undo-offers.ts';

/** Something that the user may want to be told about. */
export type Happening =
  | { kind: 'message'; message: Message }
  | { kind: 'request'; request: FriendRequest }
  | { kind: 'accepted'; user: number };

/** What belongs to a workspace without being loaded with it. */
interface WorkspacePart {
  /** The user has logged out: nothing of it stays on this device. */
  forget?(): Promise<void>;
  close(): void | Promise<void>;
}

/** A connection made within this was never away. */
const reconnectMs = 800;
/** After a longer absence other devices may have read, pinned or put away what nobody tells of later. */
const absenceMs = 5_000;

/** Everything that one logged-in user sees, kept current from the client's events. */
export class Workspace {
  readonly client: BerthClient;
  readonly account: AccountUser;
  readonly conversations: Conversations;
  readonly people: People;
  readonly outbox: Outbox;
  /** What was done in the last moments. */
  readonly undos = new UndoOffers();
  /** Being taken back, for everybody… */
  readonly recalls = new MessageSet();
  /** …and for the user alone. */
  readonly deletions = new MessageSet();
  /** Deleted for the user, also what has no place in the conversation. */
  readonly gone = new MessageSet();
  readonly typing = new Typing();
  readonly hues = new GroupHues();
  readonly drafts: Drafts;
  readonly threadDrafts = new ThreadDrafts();
  /** Whether this device may keep what it shows. */
  readonly isKept: boolean;
  readonly connection: Cell<ConnectionState>;
  readonly profile: Cell<Profile | undefined>;
  readonly receipts = new ReceiptBook();
  /** The last change of members, role or mute, for whoever shows members. */
  readonly membersChanged = new Cell<ConversationEvent | undefined>(undefined);
  /** A message that is to be shown in its place, until the conversation has done so; and whether the keyboard goes there. */
  readonly place = new Cell<
    { conversation: number; seq: number; thread?: number; byKeys: boolean } | undefined
  >(undefined);
  readonly #cache: WorkspaceCache;
  readonly #timelines = new Map<number, Timeline>();
  readonly #timelineListeners = new Set<(conversation: number) => void>();
  readonly #happeningListeners = new Set<(happening: Happening) => void>();
  readonly #stops: (() => void)[];
  #presenceTimer: ReturnType<typeof setTimeout> | undefined;
  /** Since when there is no connection, milliseconds since 1970: a machine that sleeps counts on. */
  #awaySince: number | undefined;
  /** What the user has deleted for themselves, as `conversation seq`: of one session all windows are told, who did it, too. */
  readonly #deleted = new Set<string>();
  #befriending = 0;
  readonly #parts: WorkspacePart[] = [];

  constructor(
    client: BerthClient,
    account: AccountUser,
    drafts: Drafts,
    cache: WorkspaceCache,
    isKept = false,
  ) {
    this.client = client;
    this.account = account;
    this.#cache = cache;
    this.drafts = drafts;
    this.conversations = new Conversations(client, account.id);
    this.people = new People(client, account.id);
    this.outbox = new Outbox(client);
    this.isKept = isKept;
    this.connection = new Cell(client.state);
    this.profile = new Cell(client.profile);
    this.#stops = this.#listen();
  }

  get me(): number {
    return this.account.id;
  }

  async start(): Promise<void> {
    await this.#cache.restore(this);
    // The marks of others that were known when it was kept.
    for (const { conversation, peerReceived = 0, peerRead = 0 } of this.conversations.sorted)
      this.receipts.raise(conversation, { received: Math.max(peerReceived, peerRead), read: peerRead });
    this.#cache.follow(this);
    this.client.connect();
  }

  /** The messages of a conversation that is in the list. */
  timeline(id: number): Timeline | undefined {
    const known = this.#timelines.get(id);
    if (known) return known;
    const conversation = this.conversations.get(id);
    if (!conversation) return undefined;
    const bounds = { first: conversation.from, head: conversation.head };
    const timeline = new Timeline(
      id,
      bounds,
      (after, limit) => this.client.request('sync', { conversation: id, after, limit }),
      this.me,
    );
    this.#timelines.set(id, timeline);
    timeline.subscribe(() => {
      for (const listener of this.#timelineListeners) listener(id);
    });
    const { last } = conversation;
    if (last && last.seq >= timeline.first && isWhole(last)) timeline.add(last);
    void this.#cache.messages(id).then((messages) => {
      for (const message of messages) if (message.seq >= timeline.first) timeline.add(message);
    });
    return timeline;
  }

  onTimelineChange(listener: (conversation: number) => void): () => void {
    this.#timelineListeners.add(listener);
    return () => this.#timelineListeners.delete(listener);
  }

  onHappening(listener: (happening: Happening) => void): () => void {
    this.#happeningListeners.add(listener);
    return () => this.#happeningListeners.delete(listener);
  }

  receiptsOf(conversation: number): Receipts {
    return this.receipts.get(conversation) ?? this.client.receipts(conversation);
  }

  /**
   * Asks how far the members of a group have read, since the group tells of changes alone; a message that one of the
   * first page of members has read is known to be read.
   */
  async askMarks(conversation: number): Promise<void> {
    const { members } = await this.client.request('members', { conversation, limit: limits.maxPage });
    this.people.learn(members);
    this.hues.learn(conversation, members);
    const read = Math.max(0, ...members.filter(({ id }) => id !== this.me).map((member) => member.read));
    this.receipts.raise(conversation, { received: read, read });
  }

  /** What is loaded later lasts as long as this does. */
  join(part: WorkspacePart): void {
    this.#parts.push(part);
  }

  /** Writes at once what waits to be kept on this device: the page may go. */
  keep(): void {
    this.undos.flush();
    this.drafts.save();
    void this.#cache.flush();
  }

  /** Forgets what this device has kept: the user has logged out, in another tab perhaps. */
  async forget(): Promise<void> {
    this.drafts.clear();
    await Promise.all(this.#parts.map((part) => part.forget?.()));
    await this.#cache.clear();
  }

  /** Ends the session and forgets what this device kept of it. */
  async logOut(): Promise<void> {
    this.undos.flush();
    await this.forget();
    await this.client.logOut();
  }

  /** Lets go of everything; the client is closed, too. */
  async close(): Promise<void> {
    this.undos.flush();
    for (const stop of this.#stops) stop();
    clearTimeout(this.#presenceTimer);
    this.#cache.stop();
    await Promise.all(this.#parts.map((part) => part.close()));
    await this.client.close();
  }

  #listen(): (() => void)[] {
    const { client, conversations, people, typing } = this;
    return [
      client.on('state', (state) => {
        this.connection.value = state;
        if (state.kind !== 'online') this.#awaySince ??= Date.now();
        this.#showPresence(state);
      }),
      client.on('resumed', () => void this.#resumed()),
      client.on('conversations', ({ conversations: summaries }) => {
        this.#forgetHidden(summaries);
        conversations.replace(summaries);
        for (const { conversation, from, head } of summaries) {
          this.#timelines.get(conversation)?.bound(from, head);
          this.#readReceipts(conversation);
        }
      }),
      client.on('message', ({ message, live }) => this.#received(message, live)),
      client.on('entry', ({ entry }) => {
        conversations.add(entry);
        this.#timelines.get(entry.conversation)?.add(entry);
      }),
      client.on('change', ({ change }) => {
        conversations.changeMessage(change);
        // Of one that is not open, too: what this device has kept of it is not to be shown as it was.
        this.timeline(change.conversation)?.changeMessage(change);
        if (change.kind === 'edited' || change.kind === 'recalled') people.want(change.sender);
      }),
      client.on('hidden', ({ conversation, seqs }) => this.#hidden(conversation, seqs)),
      client.on('skipped', ({ conversation }) => {
        this.#timelines.get(conversation)?.forget();
        void this.#cache.drop(conversation);
      }),
      client.on('threadMarked', ({ conversation, root, read }) =>
        this.#timelines.get(conversation)?.threadRead(root, read),
      ),
      client.on('outgoing', (message) => this.#outgoing(message)),
      client.on('marked', (marked) => {
        conversations.marked(marked);
        this.#readReceipts(marked.conversation);
      }),
      client.on('typed', ({ conversation, user }) => {
        // Of a group this tab hears of itself, too, and other devices of this user.
        if (user !== this.me) typing.started(conversation, user);
      }),
      client.on('presence', (changes) => people.presence(changes)),
      client.on('friendEvent', (event) => {
        people.happened(event);
        if (event.event === 'profile') this.profile.value = client.profile;
        // Asked on another device, or in another tab: no news for who did it.
        if (event.event === 'requested' && event.request.direction === 'incoming')
          this.#tell({ kind: 'request', request: event.request });
        if (event.event === 'accepted') {
          conversations.touch(event.friend.conversation, this.client.now());
          if (this.#befriending === 0) this.#tell({ kind: 'accepted', user: event.friend.id });
        }
      }),
      client.on('conversationEvent', (event) => this.#membersChanged(event)),
    ];
  }

  /** Nobody is shown online while this page is not; a connection that is made anew at once changes nothing. */
  #showPresence(state: ConnectionState): void {
    clearTimeout(this.#presenceTimer);
    if (state.kind !== 'connecting') this.people.isConnected = state.kind === 'online';
    else
      this.#presenceTimer = setTimeout(() => {
        this.people.isConnected = false;
      }, reconnectMs);
  }

  async #resumed(): Promise<void> {
    this.profile.value = this.client.profile;
    this.people.forgive();
    for (const timeline of this.#timelines.values()) timeline.wantAgain();
    const wasAbsent = Date.now() - (this.#awaySince ?? Date.now()) >= absenceMs;
    this.#awaySince = undefined;
    // What fails here is read anew after the next connect.
    await Promise.allSettled([
      ...(wasAbsent ? [this.conversations.refresh()] : []),
      this.conversations.loadMore(),
      this.people.load(),
    ]);
  }

  #outgoing(message: OutgoingMessage): void {
    this.outbox.happened(message);
    const { conversation, state, error } = message;
    const refused = this.conversations.get(conversation)?.refused;
    if (error?.code === 'slow_mode' && error.retryAfterMs !== undefined)
      this.conversations.patch(conversation, { slowUntil: this.client.now() + error.retryAfterMs });
    if (error?.code === 'blocked' || error?.code === 'not_friends') {
      this.conversations.patch(conversation, { refused: error.code });
    } else if (refused !== undefined && state !== 'waiting') {
      void this.conversations.fetch(conversation);
    }
  }

  /** Does what may make somebody a friend: who asked for it here need not be told. */
  async befriend<T>(work: () => Promise<T>): Promise<T> {
    this.#befriending++;
    try {
      return await work();
    } finally {
      this.#befriending--;
    }
  }

  /** Asks anew what may be done in the conversation with someone, if there is one. */
  async renewPerson(user: number): Promise<void> {
    const known = this.conversations.withPerson(user);
    if (known) await this.conversations.fetch(known.conversation);
  }

  #received(message: Message, live: boolean): void {
    this.conversations.add(message);
    // What this device has kept of a message that is replied to in its thread is not to be shown as it was.
    const isOfThread = message.thread !== undefined;
    const { conversation } = message;
    (isOfThread ? this.timeline(conversation) : this.#timelines.get(conversation))?.add(message);
    this.typing.stopped(message.conversation, message.sender);
    this.#readReceipts(message.conversation);
    if (live && message.sender !== this.me) this.#tell({ kind: 'message', message });
  }

  async deleteForMe(conversation: number, seqs: readonly number[]): Promise<void> {
    await this.client.request('hide', { conversation, seqs: [...seqs] });
    this.#hidden(conversation, seqs);
  }

  #hidden(conversation: number, seqs: readonly number[]): void {
    const known = this.conversations.get(conversation);
    if (!known) return;
    const fresh = seqs.filter((seq) => !this.#deleted.has(`${conversation} ${seq}`));
    for (const seq of fresh) this.#deleted.add(`${conversation} ${seq}`);
    const count = (known.hiddenMessages ?? 0) + fresh.length;
    this.conversations.patch(conversation, { hiddenMessages: count });
    this.conversations.forgetMentions(conversation, seqs);
    for (const seq of seqs) {
      this.gone.add(conversation, seq);
      this.timeline(conversation)?.hide(seq);
    }
    if (known.last && seqs.includes(known.last.seq)) void this.conversations.fetch(conversation);
  }

  /** Messages were deleted on another device while this one was away: what it has kept is read anew. */
  #forgetHidden(summaries: readonly ConversationSummary[]): void {
    for (const { conversation, hiddenMessages } of summaries) {
      const known = this.conversations.get(conversation);
      if (!known || (known.hiddenMessages ?? 0) === (hiddenMessages ?? 0)) continue;
      void this.#cache.drop(conversation).then(() => this.#timelines.get(conversation)?.forget());
    }
  }

  #membersChanged(event: ConversationEvent): void {
    const { conversation } = event;
    if (event.event === 'renamed') {
      this.conversations.patch(conversation, {
        title: event.title,
        ...(event.picture !== undefined && { picture: event.picture }),
      });
    }
    if (event.event === 'role' && event.user === this.me) {
      this.conversations.patch(conversation, { role: event.role });
    }
    if (event.event === 'muted' && event.user === this.me) {
      this.conversations.patch(conversation, { mutedUntil: event.mutedUntil });
    }
    if ((event.event === 'left' || event.event === 'removed') && event.users.includes(this.me)) {
      this.conversations.patch(conversation, { member: false });
    }
    if (event.event === 'created' || (event.event === 'joined' && event.users.includes(this.me))) {
      this.conversations.touch(conversation, this.client.now());
    }
    if (event.event === 'joined' && this.hues.knows(conversation)) {
      this.hues.learn(
        conversation,
        event.users.map((id) => ({ id })),
      );
    }
    this.membersChanged.value = event;
  }

  #readReceipts(conversation: number): void {
    this.receipts.raise(conversation, this.client.receipts(conversation));
  }

  #tell(happening: Happening): void {
    for (const listener of this.#happeningListeners) listener(happening);
  }
}

/** A list does not tell which reactions are one's own where it does not tell of all. */
const isWhole = ({ reactions = [] }: Message): boolean =>
  reactions.every(({ count, users }) => count <= users.length);
