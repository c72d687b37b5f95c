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

interface FrameSocketOptions {
  /** Of a frame's header. Default: 2. */
  lengthBytes?: 2 | 4;
  /** How long a frame is waited for, unless it is said. Default: 30 s. */
  timeoutMs?: number;
}

/** A raw TCP socket that speaks frames: u16 id, u16 or u32 length, JSON. It checks nothing, so it can say anything. */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #lengthBytes: 2 | 4;
  readonly #timeoutMs: number;
  readonly frames: ReceivedFrame[] = [];
  readonly closed: Promise<void>;
  #bytes = Buffer.alloc(0);
  #wake: (() => void)[] = [];

  private constructor(socket: Socket, { lengthBytes = 2, timeoutMs = 30_000 }: FrameSocketOptions) {
    this.#socket = socket;
    this.#lengthBytes = lengthBytes;
    this.#timeoutMs = timeoutMs;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
    void this.closed.then(() => this.#wakeAll());
  }

  static connect(host: string, port: number, options: FrameSocketOptions = {}): Promise<FrameSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new FrameSocket(socket, options)));
      socket.once('error', reject);
    });
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  send(id: number, body: Body): void {
    this.sendBytes(frameOf(id, Buffer.from(JSON.stringify(body)), this.#lengthBytes));
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next frame of that id that nobody took yet; waits for it. Rejects when the connection ends or after a while. */
  async next(
    id: number,
    wanted: (body: Body) => boolean = () => true,
    timeoutMs = this.#timeoutMs,
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
    const start = 2 + this.#lengthBytes;
    while (this.#bytes.length >= start) {
      const length = this.#bytes.readUIntBE(2, this.#lengthBytes);
      if (this.#bytes.length < start + length) break;
      const body = JSON.parse(this.#bytes.subarray(start, start + length).toString('utf8')) as Body;
      this.frames.push({ id: this.#bytes.readUInt16BE(0), body, length });
      this.#bytes = this.#bytes.subarray(start + length);
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
export function frameOf(id: number, body: Buffer, lengthBytes: 2 | 4 = 2, length = body.length): Buffer {
  const header = Buffer.alloc(2 + lengthBytes);
  header.writeUInt16BE(id, 0);
  header.writeUIntBE(length, 2, lengthBytes);
  return Buffer.concat([header, body]);
}
