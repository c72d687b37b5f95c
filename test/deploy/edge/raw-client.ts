import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that keeps what it got and notices the end. */
export class RawClient {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #closed = false;
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#closed = true;
        resolve();
      }),
    );
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** `address:port` of this end. */
  get address(): string {
    return `${this.#socket.localAddress}:${this.#socket.localPort}`;
  }

  get received(): Buffer {
    return this.#received;
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Sends in pieces that reach the other side one by one: each is written when the one before has left. */
  async sendPieces(pieces: Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      await new Promise<void>((resolve) => this.#socket.write(piece, () => setImmediate(resolve)));
    }
  }

  /** Resolves when so many bytes are there; rejects when the connection ends before. */
  async receive(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.#closed) throw new Error(`closed after ${this.#received.length} bytes`);
      await Promise.race([once(this.#socket, 'data'), this.closed]);
    }
    return this.#received.subarray(0, count);
  }

  /** Resolves with everything up to and including `end`. */
  async receiveUntil(end: string): Promise<string> {
    for (let at = -1; ; await this.receive(this.#received.length + 1)) {
      at = this.#received.indexOf(end);
      if (at >= 0) return this.#received.toString('latin1', 0, at + end.length);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
