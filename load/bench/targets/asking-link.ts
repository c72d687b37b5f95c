import { answerId, encodeFrame, frameIds, type RequestInput, type RequestName } from '@berth/wire';
import WebSocket from 'ws';

const openMs = 30_000;
const probeAnswer = answerId(frameIds.probe);
/** Every answer begins with the number of its request, and every refusal is short. */
const reqPattern = /^\{"req":(\d+)/;
const refusalPattern = /^\{"req":\d+,"error":\{"code":"([a-z_]+)"/;

/**
 * A session on a chat node that may ask anything, as a client that knows entries and changes: it takes as little work for each
 * frame as that can, and reads an answer only when it is asked what it says.
 */
export class AskingLink {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Buffer>>();
  #req = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (bytes: Buffer) => this.#take(bytes));
    socket.once('close', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`closed with ${code}`));
      this.#waiting.clear();
    });
    socket.on('error', () => {});
  }

  static async open({ port, token }: { port: number; token: string }): Promise<AskingLink> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
      perMessageDeflate: false,
      handshakeTimeout: openMs,
    });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const link = new AskingLink(socket);
    await opened;
    await link.ask('hello', { token, entries: true, changes: true, files: true });
    return link;
  }

  /** The body of the answer, to be parsed by who wants to. Rejects when it is a refusal. */
  ask<N extends RequestName>(name: N, body: RequestInput<N>): Promise<Buffer> {
    const req = ++this.#req;
    const waiting = Promise.withResolvers<Buffer>();
    this.#waiting.set(req, waiting);
    this.#socket.send(encodeFrame(frameIds[name], { req, ...body }));
    return waiting.promise;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(bytes: Buffer): void {
    for (let offset = 0; offset + 4 <= bytes.length; ) {
      const id = bytes.readUInt16BE(offset);
      const begins = offset + 4;
      offset = begins + bytes.readUInt16BE(offset + 2);
      // What is pushed has an odd id, and an answer an even one.
      if (id % 2 === 0) this.#answered(bytes.subarray(begins, offset));
      else if (id === frameIds.probe) this.#socket.send(encodeFrame(probeAnswer, {}));
    }
  }

  #answered(body: Buffer): void {
    const head = body.toString('latin1', 0, 128);
    const req = Number(reqPattern.exec(head)?.[1]);
    const waiting = this.#waiting.get(req);
    if (waiting === undefined) return;
    this.#waiting.delete(req);
    const refusal = refusalPattern.exec(head)?.[1];
    if (refusal === undefined) waiting.resolve(body);
    else waiting.reject(new Error(`refused: ${refusal}`));
  }
}
