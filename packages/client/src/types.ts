import type {
  Answers,
  Attachment,
  BerthError,
  ConversationSummary,
  Forwarded,
  Mention,
  Message,
  Poll,
  Profile,
  Pushes,
  RequestInput,
  RequestName,
  Scheduled,
} from '@berth/wire';
import type {
  GroupPreview,
  InvitePreview,
  PlatformAnswer,
  SessionEntry,
  SessionsAnswer,
} from '@berth/wire/http';
import type { Clock } from './clock.ts';
import type { KindEvents } from './kind-events.ts';
import type { MessageChange } from './message-change.ts';
import type { KeyValueStorage } from './storage.ts';
import type { Tabs } from './tabs/tabs.ts';

export interface ClientOptions {
  /** Address of gate, such as `http://127.0.0.1:8080` or, below a base path, `https://example.com/chat/`. */
  gateUrl: string;
  /** Where session, marks and outbox outlive the process. Default: memory, that is nowhere. */
  storage?: KeyValueStorage;
  /** So many sessions of a class are live at once (default 5), of more the oldest idle one is kicked. `[a-z0-9-]{1,16}`, default `web`. */
  deviceClass?: string;
  /** Shown in the list of sessions, at most 64 characters. */
  deviceName?: string;
  /** Shown in the list of sessions, at most 32 characters. */
  platform?: string;
  /** True where attachments are shown; else messages with some come as texts with a line for each. Default false. */
  files?: boolean;
  /**
   * Where a device that was never connected begins: `head` (default) emits what comes from now on and leaves the rest to
   * `history()`; `beginning` emits every message that the user may see.
   */
  startAt?: 'head' | 'beginning';
  /**
   * Messages of one conversation that are fetched at most to catch up after an absence; a longer gap is passed over with
   * a `skipped` event and left to `history()`. Default: no limit.
   */
  catchUpLimit?: number;
  /** Messages kept unsent or failed at most; a further `send` throws `limit_reached`. Default 1 000. */
  maxOutbox?: number;
  /** Milliseconds in which a request must be answered, waiting for a connection included. Default 10 000. */
  requestTimeoutMs?: number;

  /**
   * Of a browser: `browserTabs()`. Tabs with the same session share one connection; without, or where tabs cannot talk to
   * each other, each has its own, and the session is moved to the newest.
   */
  tabs?: Tabs;

  fetch?: typeof globalThis.fetch;
  WebSocket?: WebSocketConstructor;
  /** Uniform in [0, 1). Default Math.random; jitter is all that it decides. */
  random?: () => number;
  clock?: Clock;
  /** Names a message, or a change of one: unique for this user for ever, at most 31 bytes. Default: 128 random bits. */
  createCid?: () => string;
}

/**
 * What the client needs of a WebSocket. Default: the browser's; in Node that of `ws`, since Node's own waits for ever for a
 * silent server to take leave.
 */
export type WebSocketConstructor = new (
  url: string,
) => Pick<WebSocket, 'addEventListener' | 'close' | 'readyState'> & {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Cuts the connection without waiting for the other side, where the implementation can. */
  terminate?(): void;
};

export type ConnectionState =
  /** Not connected and not trying: before `connect()`, after `disconnect()`. */
  | { kind: 'idle' }
  /**
   * `attempt` counts from 0 since the last healthy connection. With 0 it may be that the node only owes an answer, and is
   * asked whether it is there: then `online` follows when it is.
   */
  | { kind: 'connecting'; attempt: number }
  /** `movedFrom`: the node before, when it is another one. */
  | { kind: 'online'; node: string; movedFrom?: string }
  /** `retryAt`: when the next attempt is made, by `clock.now()`, that is `performance.now()`; Infinity: not before `wake()`. */
  | { kind: 'offline'; retryAt: number; error: BerthError }
  /**
   * No more attempts until `connect()`: more than `limit` sessions of this device class were in use, this one least lately
   * (`device-limit`); another session of a class of which one may live logged in (`other-session`); or this very session is
   * in use elsewhere, by a process that shares its storage (`elsewhere`).
   */
  | {
      kind: 'kicked';
      reason: 'device-limit' | 'other-session' | 'elsewhere';
      device?: string;
      limit?: number;
    }
  /** The session is over: log in again. `logged-out`: by this client's `logOut()`. */
  | { kind: 'ended'; reason: 'session-ended' | 'logged-out' };

export interface ClientEvents extends KindEvents {
  /** The connection, whenever it is another one. */
  state: ConnectionState;
  /**
   * A message, one's own included: of each conversation in the order of seq, each once. After a crash of this process the
   * last second may come again; `(conversation, seq)` tells. `live`: pushed just now, not fetched.
   */
  message: { message: Message; live: boolean };
  /** What else happened in a conversation, in its order: members came, went or changed, a title; a fence shows nothing. */
  entry: { entry: Message; live: boolean };
  /** What became of a message, in the conversation's order; `applyChange` says how it is then. */
  change: { change: MessageChange; live: boolean };
  /** What lies between, both ends included, was not fetched (`catchUpLimit`); `history()` has it. */
  skipped: { conversation: number; from: number; to: number };
  /** Conversations as the server tells them: at resume, by paging, when membership changed. Each replaces the former. */
  conversations: { conversations: ConversationSummary[] };
  /** Everything that was missed has been told (messages that are being fetched excepted). After every connect. */
  resumed: { node: string };
  /** An outgoing message is new or its state has changed. */
  outgoing: OutgoingMessage;
  /** Somebody has received or read a conversation up to there. */
  marked: Pushes['marked'];
  /** Somebody types; told again every few seconds while they do. */
  typed: Pushes['typed'];
  /** The user has deleted messages for themselves, on another device. */
  hidden: Pushes['hidden'];
  /** This user has read a thread, on another device. */
  threadMarked: Pushes['threadMarked'];
  /** The user has typed something on another device. */
  drafted: Pushes['drafted'];
  /** The user has chosen in a poll, on another device. */
  voted: Pushes['voted'];
  /** What the user sends later has changed on another device, was sent or has failed. */
  scheduleChanged: Pushes['scheduleChanged'];
  /** The user has marked a message for themselves on another device, or no more. */
  bookmarked: Pushes['bookmarked'];
  /** Friends have come or gone. */
  presence: Pushes['presence'];
  /** A request to be friends, its answer, the end of a friendship, another profile. */
  friendEvent: Pushes['friendEvent'];
  /** Members or settings of a conversation have changed: told at once, while the entry of it comes in its order. */
  conversationEvent: Pushes['conversationEvent'];
  /** Something went wrong that needs no one's action: a storage that refuses, a frame that makes no sense. */
  fault: Error;
}

/**
 * `waiting` until a node has stored it, then `sent`; `delivered` and `read` by another member, at least one;
 * `failed` for good unless retried, with the reason in `error`.
 */
export type OutgoingState = 'waiting' | 'sent' | 'delivered' | 'read' | 'failed';

export interface OutgoingMessage {
  readonly cid: string;
  readonly conversation: number;
  readonly text: string;
  readonly replyTo?: number | undefined;
  /** The message whose thread it is of. */
  readonly thread?: number | undefined;
  /** As they were given to `send`; once it is sent as the others are told of them. */
  readonly attachments?: readonly Attachment[] | undefined;
  readonly mentions?: readonly Mention[] | undefined;
  /** Of what passes on another one's words. */
  readonly forwarded?: Forwarded | undefined;
  readonly poll?: Poll | undefined;
  /** Milliseconds since 1970, as `now()` told them. */
  readonly createdAt: number;
  readonly state: OutgoingState;
  /** Since `sent`. */
  readonly seq?: number | undefined;
  readonly sentAt?: number | undefined;
  /** Of `failed`. */
  readonly error?: BerthError | undefined;
  /** Resolves when it is stored, rejects with the BerthError when it has failed or was discarded. */
  whenSent(): Promise<{ seq: number; sentAt: number }>;
  /** Sends a failed message again; the same `cid`, so it cannot be stored twice. */
  retry(): void;
  /** Forgets a failed message, or one that has not left this device; false when it is too late for that. */
  discard(): boolean;
}

/** The other members' marks in a conversation, the highest of each kind: what is shown as ticks. */
export interface Receipts {
  received: number;
  read: number;
}

/** Reads page by page; calls while one is under way wait for it. */
export interface Pages<T> {
  /** The next items; none when there are no more. */
  next(): Promise<T[]>;
  readonly done: boolean;
}

/** So long after it was sent, in milliseconds, one may change a message of one's own; 0: never. */
export interface ChangeRules {
  editMs: number;
  recallMs: number;
  /** Whether what messages said before is kept, for `versions`. */
  versions: boolean;
}

export interface AccountUser {
  id: number;
  name: string;
  nick: string;
  email: string;
  icon: string;
}

/**
 * A user's connection to Berth. All calls reject with BerthError: `unavailable` when gate or node cannot be reached in
 * time, `deadline` when it is not known whether it was done; those that gate refuses with GateError, which names the fields
 * at fault.
 */
export interface BerthClient {
  /** What the platform offers, to anyone. */
  platform(): Promise<PlatformAnswer>;
  /** Mails a code for registering or for a new password. */
  sendCode(body: {
    email: string;
    purpose: 'register' | 'reset';
    locale?: string;
  }): Promise<{ resendAfterMs: number; expiresInMs: number }>;
  /** Who invites. Rejects with `not_found` or an `invite_…` code when the invite is not good. */
  previewInvite(invite: string): Promise<InvitePreview>;
  /** To which group a link leads. Rejects with `not_found` or an `invite_…` code when the link is not good. */
  previewGroup(link: string): Promise<GroupPreview>;
  register(body: {
    email: string;
    code: string;
    name: string;
    nick?: string;
    password: string;
    /** By which they come; once connected, `inviteAccept` makes the two friends. */
    invite?: string;
  }): Promise<{ user: { id: number; name: string; email: string } }>;
  /** Ends all sessions of the account as well. */
  resetPassword(body: { email: string; code: string; password: string }): Promise<void>;
  /** Begins a session, kept in the storage. `connect()` comes next. */
  logIn(body: { email: string; password: string }): Promise<SessionsAnswer['user']>;
  /** The session kept in the storage, if there is one; `connect()` comes next, and tells when it is over. */
  restore(): Promise<AccountUser | undefined>;
  /** Ends the session (on the server when it can be reached) and forgets everything kept of it. */
  logOut(): Promise<void>;
  listSessions(): Promise<SessionEntry[]>;
  endSession(id: string): Promise<void>;

  /** Connects and stays connected, until `disconnect()`, `kicked` or `ended`. While it does: as `wake()`. Throws when nobody is logged in. */
  connect(): void;
  /** Says goodbye and stops. The session stays; `connect()` begins anew. */
  disconnect(): Promise<void>;
  /** The network or the device is back: tries at once when offline, else asks whether the node is still there. */
  wake(): void;

  readonly state: ConnectionState;
  /** Whether this tab holds the connection, or is the only one; false: another one of the same session does. */
  readonly leads: boolean;
  /** Milliseconds since 1970 by the platform's clock, once a node has told it; before by this device's. */
  now(): number;
  /** Of the session, to ask other services of the platform in the user's name: `connectFiles`. */
  readonly token: string | undefined;
  /** Who is logged in. */
  readonly account: AccountUser | undefined;
  /** The profile as the node told it last. */
  readonly profile: Profile | undefined;

  /** Adds a listener; what is returned removes it. A listener that throws is reported as `fault`. */
  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => void): () => void;

  /**
   * Asks the node. Waits for a connection if need be. A request that only reads is asked again after a lost connection,
   * within its time; any other then rejects with `deadline`.
   */
  request<N extends ClientRequestName>(
    name: N,
    body: RequestInput<N>,
    options?: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Answers[N]>;

  /**
   * Sends a message, now or when there is a connection. Sends of one conversation keep their order. `attachments` are files
   * that are uploaded and ready, as they are to be shown until it is sent; `mentions` say who is meant by which words. Throws `bad_request` for an empty text without any,
   * `too_large` for one that no node would take, `limit_reached` when the outbox is full.
   */
  send(
    conversation: number,
    text: string,
    options?: {
      replyTo?: number;
      thread?: number;
      attachments?: readonly Attachment[];
      mentions?: readonly Mention[];
    },
  ): OutgoingMessage;
  /** Passes a message on, files and all, with the name of who said it. As `send`, but for what it says. */
  forward(message: Message, to: number): OutgoingMessage;
  /** Asks a question that the others answer by choosing. Throws as `send`; two equal options are refused. */
  poll(
    conversation: number,
    poll: { question: string; options: readonly string[]; many?: boolean; anonymous?: boolean },
  ): OutgoingMessage;
  /** Chooses in a poll, by the index of the options, in place of what was chosen before; none takes it back. */
  vote(conversation: number, target: number, options: readonly number[]): Promise<void>;
  /** Ends a poll of one's own. */
  closePoll(conversation: number, target: number): Promise<void>;
  /**
   * Has the platform send a text at a time, milliseconds since 1970 (rounded to whole ones), whether this client is there or not. Rejects with
   * `time_refused`. `request` has `scheduledMessages`, `scheduleEdit` and `scheduleCancel`.
   */
  schedule(
    conversation: number,
    text: string,
    at: number,
    options?: { replyTo?: number; mentions?: readonly Mention[] },
  ): Promise<Scheduled>;
  /** What the platform lets one change of one's own messages; nothing before a node has told. */
  readonly changing: ChangeRules;
  /**
   * Says something else in a message of one's own. Everybody, this device too, is told by a `change`. Rejects with
   * `too_late`, `recalled`, `forbidden`, and whatever else keeps one from writing.
   */
  edit(
    conversation: number,
    target: number,
    text: string,
    options?: { mentions?: readonly Mention[] },
  ): Promise<void>;
  /** Takes a message back for everybody: one's own, or as an admin any of the group. */
  recall(conversation: number, target: number): Promise<void>;
  /** Adds an emoji to a message, or takes one's own away. */
  react(conversation: number, target: number, emoji: string, on: boolean): Promise<void>;
  /** Pins a message for everybody in the conversation, or unpins it. Rejects with `forbidden` for members of a group. */
  pin(conversation: number, target: number, on: boolean): Promise<void>;
  /** What is waiting, failed, or sent and not yet read (the newest 100 of a conversation), oldest first. */
  outgoing(conversation?: number): OutgoingMessage[];
  /** Everything up to `seq` has been seen by the user. Sent within 200 ms, kept until it is. */
  markRead(conversation: number, seq: number): void;
  /** Tells the others that the user types; at most once in 3 s, and only while online. */
  typing(conversation: number): void;
  receipts(conversation: number): Receipts;
  /** The highest seq up to which this device has had every message, 0 when it knows nothing of the conversation. */
  mark(conversation: number): number;

  /** Messages before `before` (default: from the newest), page by page; each page ascending. */
  history(conversation: number, options?: { before?: number; pageSize?: number }): Pages<Message>;
  /** All conversations, in the server's order; every page is also a `conversations` event. */
  conversations(options?: { pageSize?: number }): Pages<ConversationSummary>;

  /** Stops everything at once, without a goodbye; what must be kept has been written when it resolves. */
  close(): Promise<void>;
}

/** Requests that a user of the client makes; the connection's own are its business. */
export type ClientRequestName = Exclude<RequestName, 'hello' | 'resume' | 'goodbye' | 'heartbeat' | 'send'>;
