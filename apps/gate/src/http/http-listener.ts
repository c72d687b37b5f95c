import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BerthError, limits } from '@berth/wire';
import { Places } from './places.ts';

/**
 * Connections that the kernel keeps until they are taken, as far as it lets us (`net.core.somaxconn`): thousands come at once
 * when a chat node is gone.
 */
const backlog = 16_384;
/** Connections at a time at most: further ones are closed. A head that has not ended takes some 35 KiB. */
const maxConnections = 6_000;
/**
 * Requests of one connection at a time at most: one that sends more without an answer is cut. Node makes the answers to all
 * that comes in one piece, over a thousand, before it looks whether anybody takes them.
 */
const maxPipelined = 8;
/** Milliseconds until an answer must have been taken, whole; looked at this often. */
const takenWithinMs = 120_000;
const lookEveryMs = 5_000;
/** What those are answered that find no place. */
const tooMany = JSON.stringify({
  error: new BerthError('unavailable', undefined, { retryAfterMs: 1_000 }).toWire(),
});

/** An HTTP server that no slow or greedy client can hold, and that finishes what it began before it closes. */
export class HttpListener {
  readonly #server: Server;
  readonly #places: Places;
  /** Of each connection with requests that are not answered yet, which these are and when the first came. */
  readonly #asked = new Map<Socket, { responses: Set<ServerResponse>; sinceMs: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(handle: RequestListener, { places = new Places(), takenMs = takenWithinMs } = {}) {
    this.#places = places;
    this.#server = createServer(
      {
        maxHeaderSize: limits.maxHeaderBytes,
        headersTimeout: 10_000,
        requestTimeout: 20_000,
        connectionsCheckingInterval: 5_000,
        // Above the idle time-outs of the proxies in front, which close first.
        keepAliveTimeout: 75_000,
      },
      (request, response) => {
        if (this.#hasAskedTooMuch(request.socket)) {
          request.socket.destroy();
          return;
        }
        if (!places.take(response)) {
          response.writeHead(503, {
            'content-type': 'application/json',
            'retry-after': '1',
            connection: 'close',
          });
          response.end(tooMany);
          return;
        }
        this.#note(request.socket, response);
        handle(request, response);
      },
    );
    this.#server.maxConnections = maxConnections;
    this.#server.on('connection', (socket) => {
      socket.once('close', () => {
        // An answer whose turn had not come hears nothing of the end of its connection from Node.
        for (const response of this.#asked.get(socket)?.responses ?? [])
          if (response.socket === null) response.emit('close');
        this.#asked.delete(socket);
      });
    });
    const look = () => this.#cutBefore(performance.now() - takenMs);
    this.#timer = setInterval(look, Math.min(lookEveryMs, takenMs)).unref();
  }

  #hasAskedTooMuch(socket: Socket): boolean {
    return socket.destroyed || (this.#asked.get(socket)?.responses.size ?? 0) >= maxPipelined;
  }

  #note(socket: Socket, response: ServerResponse): void {
    let asked = this.#asked.get(socket);
    if (asked === undefined) {
      asked = { responses: new Set(), sinceMs: performance.now() };
      this.#asked.set(socket, asked);
    }
    const { responses } = asked;
    responses.add(response);
    response.once('close', () => {
      if (responses.delete(response) && responses.size === 0) this.#asked.delete(socket);
      else asked.sinceMs = performance.now();
    });
  }

  #cutBefore(ms: number): void {
    for (const [socket, { sinceMs }] of this.#asked) if (sinceMs < ms) socket.destroy();
  }

  /** Requests that are not answered yet. */
  get inFlight(): number {
    return this.#places.size;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Port 0 picks a free one. */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host, backlog }, resolve);
    });
  }

  /** Takes no more connections, answers what came in within `graceMs`, then cuts the rest. */
  async close(graceMs = 10_000): Promise<void> {
    if (!this.#server.listening) return;
    // Else the connection would be kept for a next request, and the close would wait for it.
    for (const response of this.#places.responses()) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(timer);
    clearInterval(this.#timer);
  }
}
