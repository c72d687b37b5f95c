import { connect, type Socket } from 'node:net';
import type { Body } from '../harness/frame-socket.ts';

/** The raw connection to the file server: u16 id, u32 length, JSON. It checks nothing, so it can say anything. */
export class ResourceSocket {
  readonly #socket: Socket;
  readonly #frames: { id: number; body: Body }[] = [];
  readonly closed: Promise<void>;
  #bytes = Buffer.alloc(0);
  #wake: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
    void this.closed.then(() => this.#wakeAll());
  }

  static connect(host: string, port: number): Promise<ResourceSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new ResourceSocket(socket)));
      socket.once('error', reject);
    });
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  send(id: number, body: Body): void {
    this.sendBytes(resourceFrame(id, JSON.stringify(body)));
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next frame of that id that nobody took yet. */
  async next(id: number, timeoutMs = 20_000): Promise<Body> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const index = this.#frames.findIndex((frame) => frame.id === id);
      if (index >= 0) return this.#frames.splice(index, 1)[0]!.body;
      const leftMs = until - performance.now();
      if (this.isClosed || leftMs <= 0)
        throw new Error(`no frame ${id} ${this.isClosed ? 'before the end' : `within ${timeoutMs} ms`}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Sends a request and waits for the answer. */
  ask(id: number, body: Body): Promise<Body> {
    this.send(id, body);
    return this.next(id + 1);
  }

  close(): Promise<void> {
    this.#socket.destroy();
    return this.closed;
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 6 && this.#bytes.length >= 6 + this.#bytes.readUInt32BE(2)) {
      const end = 6 + this.#bytes.readUInt32BE(2);
      const body = JSON.parse(this.#bytes.subarray(6, end).toString('utf8')) as Body;
      this.#frames.push({ id: this.#bytes.readUInt16BE(0), body });
      this.#bytes = this.#bytes.subarray(end);
    }
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** The bytes of a frame around any body. */
export function resourceFrame(id: number, body: string | Buffer, length = Buffer.byteLength(body)): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(id, 0);
  header.writeUInt32BE(length, 2);
  return Buffer.concat([header, Buffer.from(body as string)]);
}
