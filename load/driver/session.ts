import { setTimeout as elapse } from 'node:timers/promises';
import { answerId, frameIds } from '@berth/wire';
import type { GateDoor, GateDoorOptions } from './gate-door.ts';
import type { Link } from './link.ts';
import { openLink } from './open-link.ts';
import { type EventLog, Recorder, type Sent } from './recorder.ts';

/** Someone with a session, and the conversation with the one beside them in the list. */
export interface Person {
  user: number;
  token: string;
  conversation: number;
}

/** Where all sessions of a process go, and from where. */
export interface Route extends GateDoorOptions {
  /** Sessions are shared out between them; see `Target`. */
  localAddresses?: readonly string[];
}

/** With the connections to gate that all of them share. */
export type OpenRoute = Omit<Route, 'gateUrl'> & { door: GateDoor };

export interface SessionEvents {
  acknowledged(cid: string): void;
  /** A message of the other one. */
  delivered(cid: string): void;
  refused(): void;
  /** The server has ended it. */
  dropped(): void;
}

/** Between two tries to come back, from half of it on. */
const backoffMs = { first: 400, most: 5_000 };

/** One session: logged in by its token, cut, and back without a gap; what was not answered is sent again. */
export class Session {
  readonly person: Person;
  readonly #route: OpenRoute;
  readonly #events: SessionEvents;
  readonly #recorder: Recorder;
  readonly #log: EventLog;
  #link: Link | undefined;
  /** Of the conversation when this one came first: what is below is of another run, and the checker counts from one on. */
  #head: number | undefined;
  /** Sent while there was no link. */
  #waiting: Sent[] = [];
  #isOver = false;
  #returning: Promise<void> | undefined;

  constructor(person: Person, route: OpenRoute, log: EventLog, events: SessionEvents) {
    this.person = person;
    this.#route = route;
    this.#events = events;
    this.#log = log;
    const { user } = person;
    const own: EventLog = {
      user,
      sent: log.sent,
      acked: (conversation, cid, seq) => {
        log.acked(conversation, cid, seq - this.#head!);
        events.acknowledged(cid);
      },
      delivered: (message) => {
        log.delivered({ ...message, seq: message.seq - this.#head! });
        if (message.sender !== user) events.delivered(message.cid);
      },
    };
    this.#recorder = new Recorder(own, () => events.refused());
  }

  /** Throws when it cannot; once it was open before, all that was missed is there when it resolves. */
  async open(): Promise<void> {
    const { conversation } = this.person;
    const { door, localAddresses, ca, insecure } = this.#route;
    const { berth } = await door.post<{ berth: { url: string; ticket: string } }>(
      '/v1/berths',
      {},
      this.person.token,
    );
    const link = await openLink(
      {
        ...{ kind: 'berth', url: berth.url, ticket: berth.ticket, conversation },
        ...{ mark: this.#head === undefined ? undefined : this.#recorder.markOf(conversation) },
        localAddress: localAddresses?.[this.person.user % localAddresses.length],
        ...{ ca, insecure },
      },
      {
        acknowledged: () => {},
        delivered: () => {},
        frame: (id, body) => {
          if (id === frameIds.deliver || id === answerId(frameIds.send)) this.#recorder.record(id, body);
        },
        resumed: (head) => {
          this.#head = head;
          this.#recorder.begin(conversation, head);
        },
        closed: () => {
          // One that was cut has no link from then on, however late its end is told.
          if (this.#link !== link) return;
          this.#link = undefined;
          this.#events.dropped();
        },
      },
    );
    this.#link = link;
    if (this.#isOver) return this.cut();
    const again = [...this.#recorder.takeUnanswered(), ...this.#waiting.splice(0)];
    for (const sent of again) this.#transmit(link, sent, true);
  }

  /** As `open`, until it is there or `untilMs` (of `performance.now()`) has come, which throws. */
  comeBack(untilMs: number): Promise<void> {
    this.#returning ??= this.#tryUntil(untilMs).finally(() => {
      this.#returning = undefined;
    });
    return this.#returning;
  }

  async #tryUntil(untilMs: number): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.open();
      } catch (error) {
        const waitMs = Math.min(backoffMs.most, backoffMs.first * 2 ** tries) * (0.5 + Math.random() / 2);
        if (performance.now() + waitMs > untilMs) throw error;
        await elapse(waitMs);
      }
    }
  }

  send(cid: string, text: string): void {
    const sent = { conversation: this.person.conversation, cid, text };
    this.#log.sent(sent.conversation, cid, text);
    if (this.#link) this.#transmit(this.#link, sent, false);
    else this.#waiting.push(sent);
  }

  /** Ends the connection without a word. */
  cut(): void {
    const link = this.#link;
    this.#link = undefined;
    link?.close();
  }

  /** For good. */
  end(): void {
    this.#isOver = true;
    this.cut();
  }

  #transmit(link: Link, sent: Sent, resent: boolean): void {
    this.#recorder.expect(link.send(sent.cid, sent.text, resent), sent);
  }
}
