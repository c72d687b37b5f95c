import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type Answers,
  answerId,
  decodeBody,
  encodeFrame,
  FrameDecoder,
  type FrameName,
  frameIds,
  type Pushes,
  type WireError,
} from '@berth/wire';
import type { RequestInput, RequestName } from '@berth/wire/requests';
import { WebSocket } from 'ws';

export interface Frame {
  id: number;
  body: Record<string, unknown>;
}

/** A machine that stands still now and then is waited for. */
const waitMs = 30_000;

/** A client that says exactly what it is told to, over TCP or WebSocket. */
export class WireClient {
  readonly frames: Frame[] = [];
  /** The close code over WebSocket, 0 over TCP; once closed. */
  readonly closed: Promise<number>;
  #closeCode: number | undefined;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #destroy: () => void;
  readonly #setReading: (reading: boolean) => void;
  readonly #decoder = new FrameDecoder();
  readonly #waiters = new Set<() => void>();
  #req = 0;

  private constructor(transport: Socket | WebSocket) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.closed = promise;
    const onClosed = (code: number) => {
      this.#closeCode = code;
      resolve(code);
      for (const wake of this.#waiters) wake();
    };
    if (transport instanceof WebSocket) {
      transport.on('message', (data) => this.#received(data as Buffer));
      transport.on('close', (code) => onClosed(code));
      transport.on('error', () => {});
      this.#write = (bytes) => transport.send(bytes);
      this.#destroy = () => transport.terminate();
      this.#setReading = (reading) => (reading ? transport.resume() : transport.pause());
    } else {
      transport.on('data', (chunk) => this.#received(chunk as Buffer));
      transport.on('close', () => onClosed(0));
      transport.on('error', () => {});
      this.#write = (bytes) => transport.write(bytes);
      this.#destroy = () => transport.destroy();
      this.#setReading = (reading) => (reading ? transport.resume() : transport.pause());
    }
  }

  static async tcp(port: number): Promise<WireClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  static async webSocket(
    port: number,
    path = '/',
    headers: Record<string, string> = {},
  ): Promise<WireClient> {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false });
    const client = new WireClient(webSocket);
    await once(webSocket, 'open');
    return client;
  }

  get isClosed(): boolean {
    return this.#closeCode !== undefined;
  }

  raw(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  stopReading(): void {
    this.#setReading(false);
  }

  readOn(): void {
    this.#setReading(true);
  }

  destroy(): void {
    this.#destroy();
  }

  send(name: FrameName, body: object): void {
    this.#write(encodeFrame(frameIds[name], body));
  }

  /** The answer to a request; rejects with the code of an error. */
  async ask<N extends RequestName>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    const [answer] = await this.askAll(name, body);
    return answer!;
  }

  /** All answers to a request up to the one without `part`. */
  async askAll<N extends RequestName>(name: N, body: RequestInput<N>): Promise<Answers[N][]> {
    const req = ++this.#req;
    this.send(name, { req, ...body });
    const answers: Answers[N][] = [];
    for (;;) {
      const { body: answer } = await this.#next(
        `answer to ${name}`,
        (frame) => frame.id === answerId(frameIds[name]) && frame.body.req === req,
      );
      if (answer.error !== undefined) throw new RefusedError(answer.error as WireError);
      answers.push(answer as Answers[N]);
      if (answer.part !== true) return answers;
    }
  }

  /** The first push of that name that fits and was not taken before. */
  async next<N extends keyof Pushes>(
    name: N,
    fits: (body: Pushes[N]) => boolean = () => true,
  ): Promise<Pushes[N]> {
    const frame = await this.#next(
      name,
      ({ id, body }) => id === frameIds[name as FrameName] && fits(body as unknown as Pushes[N]),
    );
    return frame.body as unknown as Pushes[N];
  }

  /** Frames that are here and were not taken. */
  pushes<N extends keyof Pushes>(name: N): Pushes[N][] {
    return this.frames
      .filter(({ id }) => id === frameIds[name as FrameName])
      .map(({ body }) => body as unknown as Pushes[N]);
  }

  async #next(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    const until = performance.now() + waitMs;
    for (;;) {
      const at = this.frames.findIndex(fits);
      if (at >= 0) return this.frames.splice(at, 1)[0]!;
      if (this.isClosed) throw new Error(`closed with ${this.#closeCode} while waiting for ${what}`);
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiters.delete(wake);
          resolve();
        };
        const timer = setTimeout(() => {
          this.#waiters.delete(wake);
          reject(
            new Error(`not within ${waitMs} ms: ${what}; here: ${JSON.stringify(this.frames.slice(-5))}`),
          );
        }, until - performance.now());
        this.#waiters.add(wake);
      });
    }
  }

  #received(chunk: Uint8Array): void {
    for (const { id, body } of this.#decoder.push(chunk))
      this.frames.push({ id, body: decodeBody(body) as Record<string, unknown> });
    for (const wake of [...this.#waiters]) wake();
  }
}

export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;

  constructor(error: WireError) {
    super(`${error.code}: ${error.message}`);
    this.code = error.code;
  }
}
