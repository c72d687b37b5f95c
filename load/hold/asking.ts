import {
  type Answers,
  answerId,
  decodeBody,
  encodeFrame,
  frameIds,
  framesOf,
  type RequestInput,
  type RequestName,
  type WireError,
} from '@berth/wire';
import WebSocket from 'ws';
import type { Trust } from '../run/ask.ts';

const answerMs = 15_000;

/** A connection for some requests before a run, one at a time. */
export class Asking {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(berth: { url: string; ticket: string }, { ca, insecure }: Trust): Promise<Asking> {
    const socket = new WebSocket(berth.url, {
      ca,
      rejectUnauthorized: !insecure,
      handshakeTimeout: answerMs,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', reject);
    });
    const asking = new Asking(socket);
    await asking.ask('hello', { token: berth.ticket });
    return asking;
  }

  /** Rejects with the error's code when the answer is one. */
  async ask<N extends RequestName & keyof Answers>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    const socket = this.#socket;
    const { promise, resolve, reject } = Promise.withResolvers<Answers[N]>();
    const timer = setTimeout(() => reject(new Error(`${name}: no answer`)), answerMs);
    const onClose = () => reject(new Error(`${name}: the connection was closed`));
    const onMessage = (bytes: Buffer) => {
      for (const { id, body: raw } of framesOf(bytes)) {
        if (id !== answerId(frameIds[name])) continue;
        const answer = decodeBody(raw) as { error?: WireError };
        if (answer.error) reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
        else resolve(answer as Answers[N]);
      }
    };
    socket.on('message', onMessage);
    socket.on('close', onClose);
    socket.send(encodeFrame(frameIds[name], { req: 1, ...body }));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      socket.off('message', onMessage);
      socket.off('close', onClose);
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}
