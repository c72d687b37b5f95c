import {
  type Answers,
  answerId,
  BerthError,
  decodeBody,
  type ErrorCode,
  encodeFrame,
  errorTable,
  type FrameName,
  frameIds,
  framesOf,
  type Pushes,
  type RequestInput,
  type RequestName,
  type WireError,
} from '@berth/wire';
import type { Clock } from './clock.ts';
import type { WebSocketConstructor } from './types.ts';

/** The connection went away with the request under way: whether it was done is not known. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** A connection to a node that has greeted, as those see it who ask and tell. */
export interface NodeConnection {
  readonly closed: boolean;
  /** Resolves with the answer. Rejects with BerthError (`deadline` after `timeoutMs`) or ConnectionLostError. */
  request<N extends RequestName>(name: N, body: RequestInput<N>, timeoutMs: number): Promise<Answers[N]>;
  /** As `request`, for an answer that may come in several frames. */
  requestParts<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N][]>;
  /** Sends a request that wants no answer. */
  tell<N extends RequestName>(name: N, body: RequestInput<N>): void;
  /** A request whose answer comes after the last of several frames. */
  tellPart<N extends RequestName>(name: N, body: RequestInput<N>): void;
}

export interface ConnectionHooks {
  opened(): void;
  push(name: keyof Pushes, body: unknown): void;
  /** It owes an answer for too long and is asked whether it is there; false: it is. */
  doubted(isDoubted: boolean): void;
  /** The platform's clock: milliseconds since 1970. */
  time(platformMs: number): void;
  /** The end, told once. 1006: without a word. */
  closed(code: number): void;
  fault(error: Error): void;
}

interface Pending {
  sentAt: number;
  parts: unknown[];
  timer: unknown;
  resolve(parts: unknown[]): void;
  reject(error: Error): void;
}

/** What every answer may have. */
interface Answer {
  req?: number;
  error?: WireError;
  part?: boolean;
}

const frameNames = new Map<number, FrameName>(
  Object.entries(frameIds).map(([name, id]) => [id, name as FrameName]),
);
const answerIds: ReadonlySet<number> = new Set(Object.values(frameIds).map(answerId));
const openState = 1;
/** A node that takes longer is as good as gone, whatever silence it allows. */
const maxHeartbeatAnswerMs = 15_000;
/** A node that owes an answer, and says nothing at all for so long, is asked whether it is there… */
export const doubtAfterMs = 5_000;
/** …and left when it does not say so within this. */
export const doubtMs = 4_000;
/** With so many requests under way a node may stop reading until some are answered: its silence means less. */
const crowd = 100;

/** One WebSocket to one chat node: requests with their answers, pushes, and the watch over its life. */
export class Connection implements NodeConnection {
  readonly #socket: InstanceType<WebSocketConstructor>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #hooks: ConnectionHooks;
  readonly #pending = new Map<number, Pending>();
  #nextReq = 1;
  #lastSent: number;
  #lastHeard: number;
  #watch: unknown;
  /** Set once the node has greeted: looks whether it owes an answer. */
  #debtTimer: unknown;
  #isGreeted = false;
  #isDoubted = false;
  #isLeaving = false;
  #closed = false;

  constructor(
    url: string,
    options: { WebSocket: WebSocketConstructor; clock: Clock; random: () => number; hooks: ConnectionHooks },
  ) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#hooks = options.hooks;
    this.#lastSent = this.#lastHeard = options.clock.now();
    this.#socket = new options.WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('open', () => {
      if (!this.#closed) this.#hooks.opened();
    });
    this.#socket.addEventListener('message', (event) => this.#receive(event.data));
    this.#socket.addEventListener('close', (event) => this.#end(event.code));
    this.#socket.addEventListener('error', () => this.#end(1006));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How long nothing has been heard. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastHeard;
  }

  async request<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N]> {
    const parts = await this.#ask(name, body, timeoutMs);
    return parts.at(-1) as Answers[N];
  }

  async requestParts<N extends RequestName>(
    name: N,
    body: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Answers[N][]> {
    return (await this.#ask(name, body, timeoutMs)) as Answers[N][];
  }

  tell<N extends RequestName>(name: N, body: RequestInput<N>): void {
    this.#send(frameIds[name], body);
  }

  tellPart<N extends RequestName>(name: N, body: RequestInput<N>): void {
    this.#send(frameIds[name], { req: this.#nextReq, ...body });
  }

  /** Begins to send something at least every `heartbeatMs`, and ends a connection that does not answer then. */
  keepAlive(heartbeatMs: number, deadMs: number): void {
    const answerMs = Math.min(maxHeartbeatAnswerMs, Math.max(1_000, deadMs - heartbeatMs));
    // Jittered, because many connections begin together after a node was lost.
    const interval = () => heartbeatMs * (0.8 + 0.15 * this.#random());
    const watch = (period: number) => {
      const remaining = this.#lastSent + period - this.#clock.now();
      this.#watch = this.#clock.setTimeout(() => {
        const sentMeanwhile = this.#lastSent + period > this.#clock.now();
        if (this.#clock.now() - this.#lastHeard >= deadMs) return this.abandon();
        if (!sentMeanwhile) this.probe(answerMs);
        watch(sentMeanwhile ? period : interval());
      }, remaining);
    };
    this.#clock.clearTimeout(this.#watch);
    watch(interval());
    this.#isGreeted = true;
    this.#watchDebt();
  }

  /** Asks whether the node is still there, and ends the connection when nothing is heard of it within `timeoutMs`. */
  probe(timeoutMs: number): void {
    const askedAt = this.#clock.now();
    this.request('heartbeat', {}, timeoutMs).then(
      ({ now }) => this.#hooks.time(now),
      (error: unknown) => {
        if (!(error instanceof BerthError && error.code === 'deadline')) return;
        // Whoever was kept from running meanwhile has yet to read what came in time.
        this.#clock.setTimeout(() => {
          if (this.#lastHeard <= askedAt) this.abandon();
        }, 0);
      },
    );
  }

  /** Ends it from this side; `closed` is told at once, without waiting for the other side. */
  drop(): void {
    this.#end(1006);
  }

  /** Ends it once all that was asked on it is answered, `withinMs` from now at the latest. */
  leave(withinMs: number): void {
    if (this.#closed || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#clock.clearTimeout(this.#watch);
    if (this.#pending.size === 0) {
      this.drop();
      return;
    }
    this.#watch = this.#clock.setTimeout(() => this.drop(), withinMs);
  }

  /** The other side is silent, and would not take leave either. */
  abandon(): void {
    if (this.#closed) return;
    try {
      this.#socket.terminate?.();
    } catch {
      // It was never open.
    }
    this.drop();
  }

  /** Looks again when the oldest answer that is owed will have been owed in silence for too long. */
  #watchDebt(): void {
    if (!this.#isGreeted || this.#debtTimer !== undefined || this.#isDoubted) return;
    const [oldest] = this.#pending.values();
    if (!oldest) return;
    const dueAt = Math.max(oldest.sentAt, this.#lastHeard) + doubtAfterMs;
    const look = (isSure: boolean) => {
      this.#debtTimer = undefined;
      if (!this.#isOwed()) this.#watchDebt();
      else if (isSure) this.doubt();
      // Whoever was kept from running meanwhile has yet to read what came in time.
      else this.#debtTimer = this.#clock.setTimeout(() => look(true), 0);
    };
    this.#debtTimer = this.#clock.setTimeout(
      () => look(false),
      Math.max(dueAt - this.#clock.now(), doubtAfterMs / 10),
    );
  }

  #isOwed(): boolean {
    const [owed] = this.#pending.values();
    if (owed === undefined || this.#pending.size >= crowd) return false;
    return this.#clock.now() - Math.max(owed.sentAt, this.#lastHeard) >= doubtAfterMs;
  }

  /** Someone is owed an answer for too long: asks whether the node is there, if nothing was heard of it meanwhile. */
  doubt(): void {
    if (this.#closed || this.#isDoubted || this.silentMs < doubtAfterMs) return;
    this.#isDoubted = true;
    this.#hooks.doubted(true);
    this.probe(doubtMs);
  }

  #ask<N extends RequestName>(name: N, body: RequestInput<N>, timeoutMs: number): Promise<unknown[]> {
    if (this.#closed) return Promise.reject(new ConnectionLostError('not connected'));
    const req = this.#nextReq;
    this.#nextReq = req === 0xffff_ffff ? 1 : req + 1;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        this.#pending.delete(req);
        reject(new BerthError('deadline', `No answer within ${timeoutMs} ms.`));
      }, timeoutMs);
      this.#pending.set(req, { sentAt: this.#clock.now(), parts: [], timer, resolve, reject });
      try {
        this.#send(frameIds[name], { req, ...body });
        this.#watchDebt();
      } catch (cause) {
        this.#settle(req)?.reject(
          cause instanceof RangeError ? new BerthError('too_large', undefined, { cause }) : (cause as Error),
        );
      }
    });
  }

  #send(id: number, body: object): void {
    const frame = encodeFrame(id, body);
    if (this.#closed || this.#socket.readyState !== openState) return;
    this.#lastSent = this.#clock.now();
    this.#socket.send(frame as Uint8Array<ArrayBuffer>);
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#lastHeard = this.#clock.now();
    if (this.#isDoubted) {
      this.#isDoubted = false;
      this.#hooks.doubted(false);
      this.#watchDebt();
    }
    try {
      if (!(data instanceof ArrayBuffer)) throw new Error('a message that is not binary');
      for (const { id, body } of framesOf(new Uint8Array(data))) {
        this.#handle(id, decodeBody(body));
        if (this.#closed) return;
      }
    } catch (cause) {
      this.#hooks.fault(new Error('a frame that makes no sense', { cause }));
      this.drop();
    }
  }

  #handle(id: number, body: unknown): void {
    const name = frameNames.get(id);
    if (name === 'probe') this.#send(answerId(id), {});
    else if (name === 'error' || answerIds.has(id)) this.#answer(body as Answer);
    else if (name !== undefined) this.#hooks.push(name as keyof Pushes, body);
  }

  #answer(body: Answer): void {
    const pending = body.req === undefined ? undefined : this.#pending.get(body.req);
    if (!pending) {
      // Nobody waits for it; but the node found something wrong.
      if (body.error && body.req === undefined) this.#hooks.fault(fromWire(body.error));
      return;
    }
    pending.parts.push(body);
    if (body.part && !body.error) return;
    this.#settle(body.req!);
    if (body.error) pending.reject(fromWire(body.error));
    else pending.resolve(pending.parts);
    if (this.#isLeaving && this.#pending.size === 0) this.drop();
  }

  #settle(req: number): Pending | undefined {
    const pending = this.#pending.get(req);
    if (pending) this.#clock.clearTimeout(pending.timer);
    this.#pending.delete(req);
    return pending;
  }

  #end(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clock.clearTimeout(this.#watch);
    this.#clock.clearTimeout(this.#debtTimer);
    try {
      this.#socket.close();
    } catch {
      // It was never open.
    }
    for (const req of [...this.#pending.keys()]) {
      this.#settle(req)?.reject(new ConnectionLostError('the connection was lost'));
    }
    this.#hooks.closed(code);
  }
}

function fromWire({ code, message, retryAfterMs }: WireError): BerthError {
  const known: ErrorCode = code in errorTable ? code : 'internal';
  return new BerthError(known, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
