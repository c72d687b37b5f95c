/** What changed a message: an entry of its own. */
export interface Change {
  conversation: number;
  seq: number;
  /** The message's seq. */
  target: number;
  kind: 'edited' | 'recalled' | 'reacted' | 'pinned' | 'polled';
  text?: string;
  /** Whom the new words mention. */
  mentions?: readonly number[] | undefined;
  emoji?: string;
  count?: number;
  on?: boolean;
  counts?: readonly number[];
}

/** A message as a client shows it. */
export interface Shown {
  conversation: number;
  seq: number;
  text: string;
  recalled: boolean;
  /** Whom it mentions; absent: nobody. */
  mentions?: readonly number[] | undefined;
  /** How many gave each emoji. */
  reactions: Readonly<Record<string, number>>;
  pinned?: boolean;
  /** Of a poll: how many chose each option. */
  votes?: readonly number[];
  /** The message whose thread it is of. */
  thread?: number | undefined;
}

/** What a group is like, as the entries of its log that this client was told say, or as it shows it. */
export interface GroupState {
  conversation: number;
  /** Of the entry; of what is shown that of the last entry which changed it. */
  seq: number;
  /** By name; of an entry those that it changed. */
  settings: Readonly<Record<string, unknown>>;
}

/** What is unread of a conversation, as a client is told or shows it. */
export interface Counted {
  conversation: number;
  /** The newest seq, and up to where the user has read, as of which it was counted. */
  head: number;
  read: number;
  unread: number;
  /** Unread messages that mean the user, the oldest first. */
  mentions: readonly number[];
  /** Nothing happens any more: mentions are as of now, not of some moment since. */
  settled: boolean;
}

/** What stands below a message, as a client shows it. */
export interface ThreadShown {
  conversation: number;
  root: number;
  count: number;
  /** The seq of the newest. */
  last: number;
  /** Up to where the user has read it; undefined: they have nothing to do with it. */
  read?: number | undefined;
  /** Told when nothing happened any more: what the user has read of it, on whichever device, is in it. */
  settled: boolean;
}

/** What of a message decides what is counted, as it was told first. */
export interface Counting {
  /** No text, or one of a thread: nobody counts it as unread. Absent: it is not known. */
  counted?: boolean | undefined;
  /** The message whose thread it is of. */
  thread?: number | undefined;
  /** Whom it means; 0: everybody. */
  mentions?: readonly number[] | undefined;
}

/** One line of a client's append-only log, in the order in which that client saw it. */
export type ClientEvent =
  | { type: 'sent'; conversation: number; cid: string; text: string }
  | { type: 'acked'; conversation: number; cid: string; seq: number }
  | ({
      type: 'delivered';
      conversation: number;
      seq: number;
      sender: number;
      cid: string;
      text: string | undefined;
    } & Counting)
  | ({ type: 'counted' } & Counted)
  | ({ type: 'threadShown' } & ThreadShown)
  | { type: 'threadRead'; conversation: number; root: number; read: number }
  | ({ type: 'changed' } & Change)
  | ({ type: 'shown' } & Shown)
  | ({ type: 'set' | 'groupShown' } & GroupState);

/** What one device of one user did and saw. Nothing is ever taken out of it. */
export class ClientLog {
  /** A name for messages to people, unique in a run. */
  readonly device: string;
  readonly user: number;
  readonly #events: ClientEvent[] = [];

  constructor(device: string, user: number) {
    this.device = device;
    this.user = user;
  }

  get events(): readonly ClientEvent[] {
    return this.#events;
  }

  /** Of an event that another process wrote down. */
  add(event: ClientEvent): void {
    this.#events.push(event);
  }

  sent(conversation: number, cid: string, text: string): void {
    this.#events.push({ type: 'sent', conversation, cid, text });
  }

  acked(conversation: number, cid: string, seq: number): void {
    this.#events.push({ type: 'acked', conversation, cid, seq });
  }

  /** To be called for each message that the client shows to its user, once it shows it. */
  delivered(
    message: {
      conversation: number;
      seq: number;
      sender: number;
      cid: string;
      /** As it was sent; undefined when it was changed before it came. */
      text: string | undefined;
    } & Counting,
  ): void {
    const { conversation, seq, sender, cid, text, counted, thread, mentions } = message;
    const counting = counted === undefined ? undefined : { counted, thread, mentions };
    this.#events.push({ type: 'delivered', conversation, seq, sender, cid, text, ...counting });
  }

  /** To be called whenever the client is told what is unread, or shows it otherwise. */
  counted({ conversation, head, read, unread, mentions, settled }: Counted): void {
    this.#events.push({ type: 'counted', conversation, head, read, unread, mentions, settled });
  }

  /** To be called whenever a thread shows otherwise below its message. */
  threadShown({ conversation, root, count, last, read, settled }: ThreadShown): void {
    this.#events.push({ type: 'threadShown', conversation, root, count, last, read, settled });
  }

  /** The user has read a thread up to here, and the server knows. */
  threadRead(conversation: number, root: number, read: number): void {
    this.#events.push({ type: 'threadRead', conversation, root, read });
  }

  /** To be called for each change of a message, which is `delivered` as well; and then for the message as it is shown with it. */
  changed({ conversation, seq, target, kind, text, mentions, emoji, count, on, counts }: Change): void {
    const what = {
      ...(kind === 'edited' && { text, mentions }),
      ...(kind === 'reacted' && { emoji, count }),
      ...(kind === 'pinned' && { on }),
      ...(kind === 'polled' && { counts }),
    } as object;
    this.#events.push({ type: 'changed', conversation, seq, target, kind, ...what });
  }

  shown({ conversation, seq, text, recalled, mentions, reactions, ...more }: Shown): void {
    const { pinned = false, votes = [], thread } = more;
    const state = { recalled, mentions, reactions, pinned, votes, thread };
    this.#events.push({ type: 'shown', conversation, seq, text, ...state });
  }

  /** To be called for each entry that changes what a group is like, which is `delivered` as well. */
  set({ conversation, seq, settings }: GroupState): void {
    this.#events.push({ type: 'set', conversation, seq, settings });
  }

  /** And for the group as it is shown; `seq`: of the entry that changed it last. */
  groupShown({ conversation, seq, settings }: GroupState): void {
    this.#events.push({ type: 'groupShown', conversation, seq, settings });
  }
}
