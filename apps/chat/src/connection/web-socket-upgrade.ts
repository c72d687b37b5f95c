import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '@berth/wire';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { FrameSink } from '../session/client-connection.ts';
import type { Connections } from './connections.ts';
import { parseUpgrade } from './upgrade-request.ts';
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

/** How often sockets are looked at that have said nothing yet, in milliseconds. */
const lookEveryMs = 1_000;

/**
 * Turns sockets into WebSocket connections, after a look at path, origin and room. The request that clients really send is read
 * here, all else by Node and `ws`.
 */
export class WebSocketUpgrade {
  readonly #options: WebSocketUpgradeOptions;
  readonly #http: Server;
  readonly #ownPath: string | undefined;
  readonly #webSockets: WebSocketServer;
  /** Sockets that have said nothing yet, and since when; the oldest first. */
  readonly #silent = new Map<Socket, number>();
  readonly #timer: NodeJS.Timeout;

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
    this.#timer = setInterval(() => this.#cutSilent(), lookEveryMs).unref();
  }

  /** Takes a socket that has just been accepted. */
  take(socket: Socket): void {
    this.#silent.set(socket, performance.now());
    const forget = () => {
      this.#silent.delete(socket);
      socket.off('data', begin);
      socket.off('close', forget);
    };
    const begin = (chunk: Buffer) => {
      forget();
      this.#begin(socket, chunk);
    };
    socket.on('error', ignore);
    socket.on('data', begin);
    socket.on('close', forget);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.#silent.keys()) socket.destroy();
    this.#http.closeAllConnections();
  }

  #cutSilent(): void {
    const before = performance.now() - this.#options.headerTimeoutMs;
    for (const [socket, sinceMs] of this.#silent) {
      if (sinceMs > before) return;
      socket.destroy();
    }
  }

  #begin(socket: Socket, chunk: Buffer): void {
    const request = parseUpgrade(chunk);
    if (request === undefined) {
      socket.off('error', ignore);
      socket.pause();
      socket.unshift(chunk);
      this.#http.emit('connection', socket);
      socket.resume();
      return;
    }
    const refusal = this.#refusalOf(request.url, request.origin);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    socket.setNoDelay();
    socket.write(acceptanceOf(request.key), 'latin1');
    const { connections, reception } = this.#options;
    const connection = new WebSocketConnection(socket, connections, reception, this.#general);
    if (request.bytes < chunk.length) connection.came(chunk.subarray(request.bytes));
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const refusal = this.#refusalOf(request.url ?? '', request.headers.origin);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    const { connections, reception } = this.#options;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      new WebSocketConnection(socket, connections, reception, () => webSocket).makeGeneral();
    });
  }

  /** What `ws` makes of a socket whose client has its answer; undefined when that socket is at its end. */
  readonly #general = (socket: Socket): WebSocket | undefined => {
    let made: WebSocket | undefined;
    // It would answer once more.
    socket.write = () => true;
    this.#webSockets.handleUpgrade(answered, socket, noBytes, (webSocket) => {
      delete (socket as Partial<Socket>).write;
      made = webSocket;
    });
    return made;
  };

  #refusalOf(url: string, origin: string | undefined): number | undefined {
    const { connections, allowedOrigins } = this.#options;
    const path = url.split('?', 1)[0]!;
    if (!paths.test(path) && path !== this.#ownPath) return 404;
    if (origin !== undefined && allowedOrigins && !allowedOrigins.includes(origin)) return 403;
    if (connections.isFull) return 503;
    return undefined;
  }
}

const ignore = () => {};
const noBytes = Buffer.alloc(0);

/** A request that `ws` takes, in place of the one that was answered. */
const answered = {
  method: 'GET',
  headers: {
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  },
} as IncomingMessage;

/** RFC 6455, 4.2.2. */
const acceptanceOf = (key: string): string => {
  const accept = hash('sha1', `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, 'base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
};

function refuse(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
