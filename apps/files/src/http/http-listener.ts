import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limits } from '@berth/wire';

/** Connections at a time at most: further ones are closed. */
const maxConnections = 4_000;
/** Neither side of a connection says anything for so long: it is gone. An upload may take days otherwise. */
const silentMs = 60_000;

/** An HTTP server for long requests: each may take as long as it likes, as long as something moves. */
export class HttpListener {
  readonly #server: Server;

  constructor(handle: RequestListener) {
    this.#server = createServer(
      {
        maxHeaderSize: limits.maxHeaderBytes,
        headersTimeout: 10_000,
        requestTimeout: 0,
        connectionsCheckingInterval: 5_000,
        keepAliveTimeout: 75_000,
        highWaterMark: 262_144,
      },
      handle,
    );
    this.#server.maxConnections = maxConnections;
    this.#server.timeout = silentMs;
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
