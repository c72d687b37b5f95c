import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { bytesOf } from './fake-dns.ts';

/** What a node behind the edge saw of one connection. */
export interface Arrival {
  /** Address and port of the client, as the PROXY v2 header says. */
  client: string;
  /** WebSocket only: the path and the headers, lower-cased. */
  path?: string;
  headers?: Record<string, string>;
}

/**
 * Stands for a chat pod on an address of its own (127.0.0.x): demands PROXY v2, then sends back what it gets. Over
 * `webSocket` it answers the upgrade first.
 */
export class FakeNode {
  readonly arrivals: Arrival[] = [];
  readonly #servers: Server[];
  readonly #sockets = new Set<Socket>();

  private constructor(servers: Server[]) {
    this.#servers = servers;
  }

  static async start(address: string, ports: { tcp: number; webSocket: number }): Promise<FakeNode> {
    const servers = [createServer(), createServer()];
    const node = new FakeNode(servers);
    servers[0]!.on('connection', (socket) => node.#serve(socket, echo));
    servers[1]!.on('connection', (socket) => node.#serve(socket, upgrade));
    for (const [index, port] of [ports.tcp, ports.webSocket].entries()) {
      servers[index]!.listen(port, address);
      await once(servers[index]!, 'listening');
    }
    return node;
  }

  get ports(): number[] {
    return this.#servers.map((server) => (server.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #serve(socket: Socket, then: (socket: Socket, arrival: Arrival) => Promise<void>): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    readProxyHeader(socket)
      .then((client) => {
        const arrival = { client };
        this.arrivals.push(arrival);
        return then(socket, arrival);
      })
      .catch(() => socket.destroy());
  }
}

async function echo(socket: Socket): Promise<void> {
  socket.pipe(socket);
}

async function upgrade(socket: Socket, arrival: Arrival): Promise<void> {
  const head = await readUntil(socket, '\r\n\r\n');
  const [request, ...lines] = head.trim().split('\r\n');
  arrival.path = request!.split(' ')[1]!;
  arrival.headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const accept = createHash('sha1')
    .update(`${arrival.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.pipe(socket);
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** Takes the PROXY v2 header off the stream and answers with the client's `address:port`. */
async function readProxyHeader(socket: Socket): Promise<string> {
  const start = await readBytes(socket, 16);
  if (!start.subarray(0, 12).equals(signature) || start[12] !== 0x21) throw new Error('no PROXY v2 header');
  const rest = await readBytes(socket, start.readUInt16BE(14));
  // The header speaks IPv6 as soon as one of its ends does.
  if (start[13] === 0x21)
    return `[${rest.subarray(0, 16).toString('hex').match(/.{4}/g)!.join(':')}]:${rest.readUInt16BE(32)}`;
  return `${rest.subarray(0, 4).join('.')}:${rest.readUInt16BE(8)}`;
}

/**
 * A PROXY v2 header for TCP over IPv4, as a load balancer in front of the edge sends it. `local`: the load balancer speaks
 * for itself, as in a health check, and what it says of addresses means nothing.
 */
export function proxyHeader(client: string, port: number, { local = false } = {}): Buffer {
  const body = Buffer.alloc(12);
  bytesOf(client).copy(body, 0);
  bytesOf('127.0.0.1').copy(body, 4);
  body.writeUInt16BE(port, 8);
  body.writeUInt16BE(443, 10);
  return Buffer.concat([signature, Buffer.from([local ? 0x20 : 0x21, 0x11, 0, 12]), body]);
}

/** That of a health check, without any addresses. */
export const localProxyHeader: Buffer = Buffer.concat([signature, Buffer.from([0x20, 0, 0, 0])]);

async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes: Buffer | null = socket.read(count);
    if (bytes?.length === count) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('closed');
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}

async function readUntil(socket: Socket, end: string): Promise<string> {
  let text = '';
  while (!text.endsWith(end)) text += (await readBytes(socket, 1)).toString('latin1');
  return text;
}
