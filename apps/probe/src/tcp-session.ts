import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type Answers,
  answerId,
  decodeBody,
  encodeFrame,
  FrameDecoder,
  frameIds,
  type Message,
  type RequestInput,
} from '@berth/wire';

/** A session over plain TCP: enough to say hello, send and hear. */
export class TcpSession {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #decoder = new FrameDecoder();
  readonly #waiting = new Set<(id: number, body: unknown) => void>();
  #requests = 0;

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    socket.on('data', (chunk) => {
      for (const { id, body } of this.#decoder.push(chunk)) {
        const decoded = decodeBody(body);
        for (const take of this.#waiting) take(id, decoded);
      }
    });
  }

  /** Rejects when there is no connection before `signal` aborts. */
  static async open(address: { host: string; port: number }, signal: AbortSignal): Promise<TcpSession> {
    const socket = connect({ ...address, noDelay: true });
    await once(socket, 'connect', { signal });
    return new TcpSession(socket, signal);
  }

  /** Rejects with the error of the answer. */
  async request<N extends 'hello' | 'resume' | 'send'>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    const req = ++this.#requests;
    const answer = this.#next((id, candidate) =>
      id === answerId(frameIds[name]) && (candidate as { req?: number }).req === req ? candidate : undefined,
    );
    this.#socket.write(encodeFrame(frameIds[name], { req, ...body }));
    const { error, ...rest } = (await answer) as Answers[N] & { error?: { code: string; message: string } };
    if (error) throw new Error(`${name} was refused: ${error.code}: ${error.message}`);
    return rest as Answers[N];
  }

  /** The next message with this text that is pushed. */
  delivered(text: string): Promise<Message> {
    return this.#next((id, body) =>
      id === frameIds.deliver && (body as Message).text === text ? (body as Message) : undefined,
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  #next<T>(pick: (id: number, body: unknown) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = () => settle(() => reject(new Error('the TCP connection was closed')));
      const abort = () => settle(() => reject(this.#signal.reason));
      const take = (id: number, body: unknown) => {
        const picked = pick(id, body);
        if (picked !== undefined) settle(() => resolve(picked));
      };
      const settle = (then: () => void) => {
        this.#waiting.delete(take);
        this.#socket.off('close', fail).off('error', fail);
        this.#signal.removeEventListener('abort', abort);
        then();
      };
      this.#waiting.add(take);
      this.#socket.once('close', fail).once('error', fail);
      this.#signal.addEventListener('abort', abort, { once: true });
    });
  }
}
