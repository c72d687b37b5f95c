import type {
  Attachment,
  BerthClient,
  Forwarded,
  Mention,
  OutgoingMessage,
  OutgoingState,
  Poll,
} from '@berth/client';
import { Observable } from './observable.ts';
import type { Undoable } from './undo-offers.ts';

/** An outgoing message as it is now. */
export interface Outgoing {
  cid: string;
  text: string;
  attachments: readonly Attachment[] | undefined;
  mentions: readonly Mention[] | undefined;
  replyTo: number | undefined;
  forwarded: Forwarded | undefined;
  poll: Poll | undefined;
  createdAt: number;
  state: OutgoingState;
  seq: number | undefined;
  errorCode: string | undefined;
}

const none: readonly Outgoing[] = [];

/** What this device has sent and what is on its way, by conversation. */
export class Outbox extends Observable {
  readonly #client: Pick<BerthClient, 'outgoing' | 'send'>;
  /** By conversation, and by thread; 0: what is in none. */
  readonly #views = new Map<number, Map<number, readonly Outgoing[]>>();
  /** Messages of this session keep their identity when they get their seq, so that their row stays the same. */
  readonly #cids = new Map<number, Map<number, string>>();

  readonly #discarded = new Set<string>();

  constructor(client: Pick<BerthClient, 'outgoing' | 'send'>) {
    super();
    this.#client = client;
  }

  /** What goes to a thread shows there alone. */
  of(conversation: number, thread = 0): readonly Outgoing[] {
    const views = this.#views.get(conversation) ?? new Map<number, readonly Outgoing[]>();
    this.#views.set(conversation, views);
    let view = views.get(thread);
    if (!view) {
      const messages = this.#client
        .outgoing(conversation)
        .filter((one) => (one.thread ?? 0) === thread && !this.#discarded.has(one.cid));
      view = messages.length === 0 ? none : messages.map(toView);
      views.set(thread, view);
    }
    return view;
  }

  cidOf(conversation: number, seq: number): string | undefined {
    return this.#cids.get(conversation)?.get(seq);
  }

  happened(message: OutgoingMessage): void {
    this.#views.delete(message.conversation);
    if (message.seq !== undefined) {
      const cids = this.#cids.get(message.conversation) ?? new Map();
      this.#cids.set(message.conversation, cids.set(message.seq, message.cid));
    }
    this.changed();
  }

  retry(conversation: number, cid: string): void {
    this.#find(conversation, cid)?.retry();
    this.#refresh(conversation);
  }

  /** Not shown from now on, and given up when nobody has undone it. */
  discard(conversation: number, cid: string): Undoable {
    const show = (isShown: boolean) => {
      if (isShown) this.#discarded.delete(cid);
      else this.#discarded.add(cid);
      this.#refresh(conversation);
    };
    show(false);
    return {
      undo: () => show(true),
      commit: async () => {
        this.#find(conversation, cid)?.discard();
        show(true);
      },
    };
  }

  #find(conversation: number, cid: string): OutgoingMessage | undefined {
    return this.#client.outgoing(conversation).find((message) => message.cid === cid);
  }

  #refresh(conversation: number): void {
    this.#views.delete(conversation);
    this.changed();
  }
}

const toView = (message: OutgoingMessage): Outgoing => ({
  cid: message.cid,
  text: message.text,
  attachments: message.attachments,
  mentions: message.mentions,
  replyTo: message.replyTo,
  forwarded: message.forwarded,
  poll: message.poll,
  createdAt: message.createdAt,
  state: message.state,
  seq: message.seq,
  errorCode: message.error?.code,
});
