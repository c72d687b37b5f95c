import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { limits } from '@berth/wire';

/** Connections at a time at most: further ones are closed. */
const maxConnections = 4_000;
/** Neither side of a connection says anything for so long: it is gone. An upload may take days otherwise. */
const silentMs = 60_000;
/** Requests of one connection that wait for the answer before them, at most: one that sends more is cut. */
const maxWaiting = 8;

/**
 * An HTTP server for long requests: each may take as long as it likes, as long as something moves. Those of one connection are worked on
 * one after the other: Node would begin them all, and an answer whose turn has not come never hears that nobody is there any more.
 */
export class HttpListener {
  readonly #server: Server;
  readonly #handle: RequestListener;
  /** Of each connection with a request that is not answered yet, what came behind it. */
  readonly #waiting = new Map<Socket, (() => void)[]>();

  constructor(handle: RequestListener) {
    this.#handle = handle;
    this.#server = createServer(
      {
        maxHeaderSize: limits.maxHeaderBytes,
        headersTimeout: 10_000,
        requestTimeout: 0,
        connectionsCheckingInterval: 5_000,
        keepAliveTimeout: 75_000,
        highWaterMark: 262_144,
      },
      (request, response) => this.#take(request, response),
    );
    this.#server.maxConnections = maxConnections;
    this.#server.timeout = silentMs;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      this.#answer(request, response);
    } else if (waiting.length < maxWaiting) waiting.push(() => this.#answer(request, response));
    else socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    response.once('close', () => {
      const next = socket.destroyed ? undefined : this.#waiting.get(socket)?.shift();
      if (next) next();
      else this.#waiting.delete(socket);
    });
    this.#handle(request, response);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, resolve);
    });
  }

  /** Takes no more connections, lets what is under way end within `graceMs`, then cuts the rest: uploads are resumed. */
  async close(graceMs = 5_000): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(timer);
  }
}
