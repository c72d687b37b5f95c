import type { Answers, Message, RequestInput, RequestName } from '@berth/wire';
import { findBerth, logIn, type Person, type Place } from './accounts.ts';
import { Connection } from './connection.ts';
import { metrics, noteError } from './metrics.ts';
import { elapse } from './time.ts';

/** Longest wait between two tries to come back. */
const maxBackoffMs = 5_000;
/** A gap may close by itself: pushes overtake each other. */
const gapMs = 300;

/** A text that is sent again on each connection until its fate is known. */
interface Outgoing {
  cid: string;
  text: string;
  tries: number;
  resolve(seq: number): void;
}

/**
 * A person who is connected until `close`: comes back after a cut, resumes from the mark of the one conversation that is
 * followed, fills gaps, and sends again what was not answered. The smallest client that keeps the delivery contract.
 */
export class Member {
  readonly person: Person;
  /** What the followed conversation shows: each message once, as it comes. */
  onText: (message: Message, how: 'pushed' | 'synced') => void = () => {};
  #token: string | undefined;
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #conversation = 0;
  /** Everything up to here has been shown; what is above it, in between, is known to be. */
  #mark = 0;
  readonly #above = new Set<number>();
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #catchingUp: Promise<void> | undefined;
  readonly #outbox: Outgoing[] = [];
  #isClosed = false;

  constructor(person: Person) {
    this.person = person;
  }

  /** Logs in and connects. Rejects when the first try fails. */
  async enter(): Promise<void> {
    const { token, berth } = await logIn(this.person);
    this.#token = token;
    await this.#open(berth);
  }

  /** Of the session; a member who has not entered has none. */
  get token(): string {
    return this.#token!;
  }

  async ask<N extends RequestName & keyof Answers>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    if (!this.#connection) throw Object.assign(new Error('not connected'), { code: 'closed' });
    return this.#connection.ask(name, body);
  }

  /** From now on the conversation's messages above its head are shown. */
  async follow(conversation: number): Promise<void> {
    const { conversation: summary } = await this.ask('conversation', { conversation });
    this.#conversation = conversation;
    this.#mark = summary.head;
  }

  /** Resolves with the message's number, however many connections that takes; never when the member is closed before. */
  send(cid: string, text: string): Promise<number> {
    return new Promise((resolve) => {
      const outgoing = { cid, text, tries: 0, resolve };
      this.#outbox.push(outgoing);
      if (this.#connection) void this.#transmit(this.#connection, outgoing);
    });
  }

  /** Ends the connection without a word and comes back; resolves when what was missed is there. */
  async cutAndReturn(): Promise<void> {
    const startedAt = Date.now();
    this.#connection?.cut();
    let awaited: Promise<void> | undefined;
    do {
      awaited = this.#connecting;
      await awaited;
    } while (awaited !== this.#connecting);
    if (!this.#isClosed) metrics.berth_reconnect_ms.add(Date.now() - startedAt);
  }

  /** Asks for everything above the mark. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#sync().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#gapTimer);
    this.#connection?.cut();
  }

  async #open(berth: Place): Promise<void> {
    let opened: Connection | undefined;
    let next: Place | undefined;
    const connection = await Connection.open(berth, {
      entry: (message) => this.#take(message, 'pushed'),
      goAway: (push) => {
        next = push.berth;
        connection.cut();
      },
      closed: () => {
        // One that did not come about is the opener's to try again.
        if (opened === undefined || this.#connection !== opened) return;
        this.#connection = undefined;
        if (!this.#isClosed) this.#connecting = this.#comeBack(next);
      },
    });
    if (this.#isClosed) return connection.cut();
    opened = connection;
    const marks: [number, number][] = this.#conversation ? [[this.#conversation, this.#mark]] : [];
    const { conversations } = await connection.ask('resume', { marks });
    this.#connection = connection;
    // Before anything is waited for: what is written from now on goes after what was written before.
    for (const outgoing of this.#outbox) void this.#transmit(connection, outgoing);
    const followed = conversations.find(({ conversation }) => conversation === this.#conversation);
    if (!followed || followed.head <= this.#mark) return;
    try {
      await this.catchUp();
    } catch (error) {
      // The end of the connection, which this brings about if it has not come, begins the next return.
      if (this.#connection === connection) noteError('sync', error);
      connection.cut();
    }
  }

  /** To the berth that it was sent to, else to one that gate knows; until it is there. */
  async #comeBack(offered: Place | undefined): Promise<void> {
    for (let tries = 0; !this.#isClosed; tries++) {
      try {
        await this.#open(tries === 0 && offered ? offered : await findBerth(this.#token!));
        return;
      } catch (error) {
        noteError('coming back', error);
        await elapse(Math.min(maxBackoffMs, 200 * 2 ** tries) * (0.5 + Math.random() / 2));
      }
    }
  }

  async #transmit(connection: Connection, outgoing: Outgoing): Promise<void> {
    const { cid, text } = outgoing;
    const resent = outgoing.tries++ > 0;
    try {
      const body = { conversation: this.#conversation, cid, text, ...(resent && { resent }) };
      const { seq } = await connection.ask('send', body);
      const place = this.#outbox.indexOf(outgoing);
      if (place >= 0) this.#outbox.splice(place, 1);
      outgoing.resolve(seq);
    } catch (error) {
      const { code } = error as { code?: string };
      // The next connection sends it again.
      if (code === 'closed') return;
      noteError('send', error);
      if (code === 'deadline') connection.cut();
    }
  }

  #take(message: Message, how: 'pushed' | 'synced'): void {
    const { conversation, seq, kind } = message;
    if (conversation !== this.#conversation || seq <= this.#mark || this.#above.has(seq)) return;
    this.#above.add(seq);
    while (this.#above.delete(this.#mark + 1)) this.#mark++;
    if (kind === undefined) this.onText(message, how);
    if (this.#above.size > 0 && this.#gapTimer === undefined)
      this.#gapTimer = setTimeout(
        () => {
          this.#gapTimer = undefined;
          if (this.#above.size > 0 && this.#connection) this.catchUp().catch(() => {});
        },
        gapMs * (1 + Math.random()),
      );
  }

  async #sync(): Promise<void> {
    for (let isMore = true; isMore && this.#connection; ) {
      const { messages, more } = await this.ask('sync', {
        conversation: this.#conversation,
        after: this.#mark,
        limit: 200,
      });
      for (const message of messages) this.#take(message, 'synced');
      const last = messages.at(-1)?.seq ?? 0;
      // Nothing visible lies between the messages of an answer.
      while (this.#mark < last) this.#above.delete(++this.#mark);
      isMore = more && messages.length > 0;
    }
  }
}
