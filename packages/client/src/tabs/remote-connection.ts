import { type Answers, BerthError, type RequestInput, type RequestName, type WireError } from '@berth/wire';
import type { Clock } from '../clock.ts';
import { ConnectionLostError, doubtAfterMs, doubtMs, type NodeConnection } from '../connection.ts';
import type { FollowerMessage, LeaderMessage } from './tab-messages.ts';

export interface RemoteConnectionOptions {
  tab: string;
  link: number;
  clock: Clock;
  send(message: FollowerMessage): void;
}

interface Pending {
  askedAt: number;
  timer: unknown;
  resolve(parts: unknown[]): void;
  reject(error: Error): void;
}

/** The leader answers a little later than the node: its own time-out comes first. */
const marginMs = 500;

/** The connection that the leading tab holds, as another tab uses it. */
export class RemoteConnection implements NodeConnection {
  readonly #options: RemoteConnectionOptions;
  readonly #pending = new Map<number, Pending>();
  #nextAsk = 1;
  #before: object[] = [];
  #heardAt: number;
  #watch: unknown;
  #closed = false;

  constructor(options: RemoteConnectionOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  get link(): number {
    return this.#options.link;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async request<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N]> {
    return (await this.requestParts(name, body, timeoutMs)).at(-1)!;
  }

  requestParts<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N][]> {
    if (this.#closed) return Promise.reject(new ConnectionLostError('not connected'));
    const { clock, tab, link, send } = this.#options;
    const ask = this.#nextAsk++;
    const before = this.#before;
    this.#before = [];
    return new Promise<unknown[]>((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        this.#pending.delete(ask);
        reject(new BerthError('deadline', `No answer within ${timeoutMs} ms.`));
      }, timeoutMs + marginMs);
      this.#pending.set(ask, { askedAt: clock.now(), timer, resolve, reject });
      send({ kind: 'ask', tab, ask, link, name, before, body, timeoutMs });
      this.#watchDebt();
    }) as Promise<Answers[N][]>;
  }

  tell<N extends RequestName>(name: N, body: RequestInput<N>): void {
    const { link, send } = this.#options;
    if (!this.#closed) send({ kind: 'tell', link, name, body });
  }

  /** Kept until the last frame of the request, so that frames of two tabs do not mix. */
  tellPart<N extends RequestName>(_: N, body: RequestInput<N>): void {
    this.#before.push(body);
  }

  /** The node was heard, through the leader. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  answered({ ask, parts, error, lost }: LeaderMessage & { kind: 'answer' }): void {
    const pending = this.#pending.get(ask);
    if (!pending) return;
    this.#pending.delete(ask);
    this.#options.clock.clearTimeout(pending.timer);
    if (parts) {
      this.heard();
      pending.resolve(parts);
    } else if (lost) pending.reject(new ConnectionLostError('the connection was lost'));
    else pending.reject(fromWire(error!));
  }

  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#watch);
    for (const { timer, reject } of this.#pending.values()) {
      this.#options.clock.clearTimeout(timer);
      reject(new ConnectionLostError('the connection was lost'));
    }
    this.#pending.clear();
  }

  /** Timers of a tab that is not looked at may be late by a minute: who waits for an answer keeps the time. */
  #watchDebt(): void {
    const { clock, tab, link, send } = this.#options;
    const [oldest] = this.#pending.values();
    if (this.#watch !== undefined || !oldest) return;
    const dueAt = Math.max(oldest.askedAt, this.#heardAt) + doubtAfterMs;
    this.#watch = clock.setTimeout(
      () => {
        this.#watch = undefined;
        const [owed] = this.#pending.values();
        const silentMs = clock.now() - Math.max(owed?.askedAt ?? 0, this.#heardAt);
        if (!owed || silentMs < doubtAfterMs) return this.#watchDebt();
        send({ kind: 'ping', tab, owed: true });
        this.#watch = clock.setTimeout(() => {
          this.#watch = undefined;
          send({ kind: 'leave', link, silentMs: doubtAfterMs + doubtMs - marginMs });
          this.#watchDebt();
        }, doubtMs);
      },
      Math.max(dueAt - clock.now(), doubtAfterMs / 10),
    );
  }
}

const fromWire = ({ code, message, retryAfterMs }: WireError): BerthError =>
  new BerthError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
