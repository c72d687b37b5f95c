import {
  type Answers,
  answerId,
  decodeBody,
  encodeFrame,
  frameIds,
  framesOf,
  type Message,
  type Pushes,
  type RequestInput,
  type RequestName,
  type WireError,
} from '@berth/wire';
import { type BinaryType, WebSocket } from 'k6/websockets';
import type { Place } from './accounts.ts';
import { metrics } from './metrics.ts';
import { within } from './time.ts';

/** What a conversation consists of. */
const told: ReadonlySet<number> = new Set([frameIds.deliver, frameIds.attached, frameIds.entry]);
const answerMs = 15_000;
const heartbeatMs = 20_000;

export interface Arrivals {
  /** A text or another entry of a conversation. */
  entry(message: Message): void;
  goAway(push: Pushes['goAway']): void;
  /** After the connection has ended, by whomever. */
  closed(): void;
}

interface Waiting {
  resolve(body: never): void;
  reject(error: Error): void;
}

/** One WebSocket to a chat node, with the frames of packages/wire; a failed or closed one rejects whatever waits. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #arrivals: Arrivals;
  readonly #waiting = new Map<number, Waiting>();
  #req = 0;
  #beat: ReturnType<typeof setInterval> | undefined;
  #isOpen = false;
  #isOver = false;

  private constructor(url: string, arrivals: Arrivals) {
    this.#arrivals = arrivals;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer' as BinaryType;
  }

  /** Dials, says hello, and beats from then on. */
  static async open(berth: Place, arrivals: Arrivals): Promise<Connection> {
    const startedAt = Date.now();
    const connection = new Connection(berth.url, arrivals);
    try {
      await within(answerMs, `WebSocket ${berth.url}`, connection.#opened());
      await connection.ask('hello', { token: berth.ticket, entries: true, files: true });
    } catch (error) {
      connection.cut();
      throw error;
    }
    metrics.berth_connect_ms.add(Date.now() - startedAt);
    connection.#beat = setInterval(() => connection.ask('heartbeat', {}).catch(() => {}), heartbeatMs);
    return connection;
  }

  /** Rejects with the error's code when the answer is one. */
  ask<N extends RequestName & keyof Answers>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    const req = ++this.#req;
    const answer = new Promise<Answers[N]>((resolve, reject) => {
      if (this.#isOver) return reject(closedError());
      this.#waiting.set(req, { resolve: resolve as Waiting['resolve'], reject });
      this.#send(frameIds[name], { req, ...body });
    });
    return within(answerMs, name, answer).finally(() => this.#waiting.delete(req));
  }

  /** Ends it without a word. */
  cut(): void {
    this.#over();
    this.#socket.close();
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.onopen = () => {
        this.#isOpen = true;
        metrics.berth_opened.add(1);
        resolve();
      };
      this.#socket.onerror = (event) => {
        // Of k6, not in its types.
        const { error } = event as unknown as { error: string };
        reject(Object.assign(new Error(`WebSocket: ${error}`), { code: 'socket' }));
        this.#over();
      };
      this.#socket.onclose = () => {
        reject(closedError());
        this.#over();
      };
      this.#socket.onmessage = (event) => this.#take(new Uint8Array(event!.data as ArrayBuffer));
    });
  }

  #take(bytes: Uint8Array): void {
    for (const { id, body } of framesOf(bytes)) {
      const content = decodeBody(body) as never;
      if (id === frameIds.probe) this.#send(answerId(frameIds.probe), {});
      else if (told.has(id)) this.#arrivals.entry(content);
      else if (id === frameIds.goAway) this.#arrivals.goAway(content);
      else this.#answer(content);
    }
  }

  #answer(body: { req?: number; error?: WireError }): void {
    const waiting = this.#waiting.get(body.req ?? -1);
    if (!waiting) return;
    if (body.error) waiting.reject(Object.assign(new Error(body.error.message), body.error));
    else waiting.resolve(body as never);
  }

  #send(id: number, body: object): void {
    // A frame is a view of memory that others use.
    this.#socket.send(encodeFrame(id, body).slice().buffer as ArrayBuffer);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#beat);
    if (this.#isOpen) metrics.berth_closed.add(1);
    for (const { reject } of this.#waiting.values()) reject(closedError());
    this.#waiting.clear();
    this.#arrivals.closed();
  }
}

const closedError = () => Object.assign(new Error('the connection has ended'), { code: 'closed' });
