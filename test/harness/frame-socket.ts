import { connect, type Socket } from 'node:net';

/** A JSON body, read field by field. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields the contract names
export type Body = Record<string, any>;

export interface ReceivedFrame {
  id: number;
  body: Body;
  /** Bytes of the body on the wire. */
  length: number;
}

/** A raw TCP socket that speaks frames: u16 id, u16 length, JSON. It checks nothing, so it can say anything. */
export class FrameSocket {
  readonly #socket: Socket;
  readonly frames: ReceivedFrame[] = [];
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

  static connect(host: string, port: number): Promise<FrameSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new FrameSocket(socket)));
      socket.once('error', reject);
    });
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  send(id: number, body: Body): void {
    this.sendBytes(frameOf(id, Buffer.from(JSON.stringify(body))));
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next frame of that id that nobody took yet; waits for it. Rejects when the connection ends or after 5 s. */
  async next(
    id: number,
    wanted: (body: Body) => boolean = () => true,
    timeoutMs = 5_000,
  ): Promise<ReceivedFrame> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const index = this.frames.findIndex((frame) => frame.id === id && wanted(frame.body));
      if (index >= 0) return this.frames.splice(index, 1)[0]!;
      const leftMs = until - performance.now();
      if (this.isClosed || leftMs <= 0) {
        const seen = this.frames.map((frame) => frame.id).join(', ');
        throw new Error(
          `no frame ${id} ${this.isClosed ? 'before the end' : `within ${timeoutMs} ms`}; there were: ${seen}`,
        );
      }
      await this.#woken(leftMs);
    }
  }

  /** Sends a request and waits for the answer. */
  async ask(id: number, body: Body): Promise<Body> {
    this.send(id, body);
    return (await this.next(id + 1)).body;
  }

  close(): Promise<void> {
    this.#socket.destroy();
    return this.closed;
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt16BE(2)) {
      const length = this.#bytes.readUInt16BE(2);
      const body = JSON.parse(this.#bytes.subarray(4, 4 + length).toString('utf8')) as Body;
      this.frames.push({ id: this.#bytes.readUInt16BE(0), body, length });
      this.#bytes = this.#bytes.subarray(4 + length);
    }
    this.#wakeAll();
  }

  #woken(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** The bytes of a frame around any body. */
export function frameOf(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}
