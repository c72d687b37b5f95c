import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '@berth/wire';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { FrameSink } from '../session/client-connection.ts';
import type { Connections } from './connections.ts';
import { WebSocketConnection } from './web-socket-connection.ts';

export interface WebSocketUpgradeOptions {
  connections: Connections;
  /** Origins that may open WebSockets; undefined: any. A request without an origin comes from no browser. */
  allowedOrigins: readonly string[] | undefined;
  /** What clients are told to connect to: its path is served, too, since proxies may pass it on as it is. */
  clientUrl: string | undefined;
  headerTimeoutMs: number;
  /** Hears every connection first. */
  reception: FrameSink;
}

/** `/`, and `/n/<node>` by which the edge finds this node; nothing else but the path of the node's own URL, and nothing but WebSockets is served. */
const paths = /^\/(?:n\/[a-z0-9-]{1,63})?$/;

/**
 * What a client can make us keep is a message of one frame, in a bounded number of pieces (each costs some 100 bytes):
 * 64 KiB come in 45 segments of 1,460 bytes, and in pieces of a client's choosing there is no need of more than these.
 */
const readerOptions: ServerOptions & {
  maxFragments: number;
  maxBufferedChunks: number;
  maxPendingAutoPongs: number;
} = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: limits.headerBytes + limits.maxBodyBytes,
  maxFragments: 64,
  maxBufferedChunks: 256,
  maxPendingAutoPongs: 16,
};

/** Turns sockets into WebSocket connections, after a look at path, origin and room. */
export class WebSocketUpgrade {
  readonly #options: WebSocketUpgradeOptions;
  readonly #http: Server;
  readonly #ownPath: string | undefined;
  readonly #webSockets: WebSocketServer;

  constructor(options: WebSocketUpgradeOptions) {
    this.#options = options;
    this.#ownPath = options.clientUrl === undefined ? undefined : URL.parse(options.clientUrl)?.pathname;
    this.#webSockets = new WebSocketServer(readerOptions);
    this.#http = createServer(
      {
        connectionsCheckingInterval: 1_000,
        headersTimeout: options.headerTimeoutMs,
        requestTimeout: options.headerTimeoutMs,
        maxHeaderSize: limits.maxHeaderBytes,
      },
      (_, response) => {
        response.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain' });
        response.end('Speak WebSocket here.\n');
      },
    );
    this.#http.keepAliveTimeout = 1_000;
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /** Takes a socket that has just been accepted. */
  take(socket: Socket): void {
    this.#http.emit('connection', socket);
  }

  close(): void {
    this.#http.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      new WebSocketConnection(webSocket, socket, this.#options.connections, this.#options.reception);
    });
  }

  #refusalOf(request: IncomingMessage): number | undefined {
    const { connections, allowedOrigins } = this.#options;
    const { origin } = request.headers;
    const path = request.url?.split('?', 1)[0] ?? '';
    if (!paths.test(path) && path !== this.#ownPath) return 404;
    if (origin !== undefined && allowedOrigins && !allowedOrigins.includes(origin)) return 403;
    if (connections.isFull) return 503;
    return undefined;
  }
}

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
