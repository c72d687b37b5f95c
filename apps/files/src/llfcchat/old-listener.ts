import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { jittered } from '@berth/lifecycle';
import { networkOf, parseProxyHeader } from '@berth/network';
import type { MysqlOldClients } from '../stores/mysql-old-clients.ts';
import { OldConnection } from './old-connection.ts';
import { type OldDeadlines, oldDeadlines } from './old-deadlines.ts';
import type { OldDoor } from './old-door.ts';
import { OldPeer } from './old-peer.ts';
import type { OldUploads } from './old-uploads.ts';

export interface OldListenerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  proxyProtocol: 'off' | 'v2';
  /** At a time. */
  maxConnections: number;
  door: OldDoor;
  /** Default: `oldDeadlines`. */
  deadlines?: OldDeadlines;
  clients: MysqlOldClients;
  uploads: OldUploads;
  onFault(error: unknown): void;
}

/** Read of a socket ahead of what is handled. */
const readBytes = 16_384;
/** Sessions that are over, uploads that stand still, and where clients are: looked at so often. */
const roundMs = 30_000;
const maxStillMs = 3_600_000;

/** Where llfcchat clients come in for files. None is closed for silence: they say nothing for hours. */
export class OldListener {
  readonly #options: OldListenerOptions;
  readonly #deadlines: OldDeadlines;
  readonly #server: Server;
  /** The oldest first. */
  readonly #connections = new Map<OldConnection, Promise<void>>();
  readonly #sockets = new Set<Socket>();
  readonly #networks = new Map<string, number>();
  readonly #service = randomBytes(8);
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #said: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: OldListenerOptions) {
    this.#options = options;
    this.#deadlines = options.deadlines ?? oldDeadlines;
    this.#server = createServer({ highWaterMark: readBytes }, (socket) => this.#accept(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get count(): number {
    return this.#connections.size;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, resolve);
    });
    this.#again();
  }

  /** Uploads that are not whole are dropped with their connections: such clients cannot go on with them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.allSettled([this.#round, ...this.#connections.values()]);
    await this.#said;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket));
    if (this.#sockets.size > 2 * this.#options.maxConnections) socket.destroy();
    else if (this.#options.proxyProtocol === 'off') this.#open(socket, socket.remoteAddress ?? '');
    else this.#readProxyHeader(socket);
  }

  #readProxyHeader(socket: Socket): void {
    let header = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), this.#deadlines.headerMs).unref();
    const onData = (chunk: Buffer) => {
      header = Buffer.concat([header, chunk]);
      try {
        const parsed = parseProxyHeader(header);
        if (parsed === 'more') return;
        clearTimeout(timer);
        socket.off('data', onData).pause();
        const rest = header.subarray(parsed.bytes);
        if (rest.length > 0) socket.unshift(rest);
        this.#open(socket, parsed.client?.address ?? socket.remoteAddress ?? '');
      } catch {
        socket.destroy();
      }
    };
    socket.on('data', onData).once('close', () => clearTimeout(timer));
  }

  #open(socket: Socket, address: string): void {
    const { door, clients, maxConnections } = this.#options;
    if (this.#connections.size >= maxConnections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const network = networkOf(address);
    const connection = new OldConnection(socket, new OldPeer(network, clients), {
      ...{ door, deadlines: this.#deadlines },
    });
    const others = this.#networks.get(network) ?? 0;
    this.#networks.set(network, others + 1);
    if (others === 0) this.#tell(() => clients.announce(this.#service, [network], Date.now()));
    const ended = connection.run().finally(() => {
      this.#connections.delete(connection);
      const left = this.#networks.get(network)! - 1;
      if (left > 0) this.#networks.set(network, left);
      else {
        this.#networks.delete(network);
        this.#tell(async () => {
          if (!this.#networks.has(network)) await clients.gone(this.#service, network);
        });
      }
    });
    this.#connections.set(connection, ended);
  }

  /** One after the other, so that what was said last holds. */
  #tell(say: () => Promise<void>): void {
    this.#said = this.#said.then(say).catch(this.#options.onFault);
  }

  /** The oldest of those who have not said who they are goes, of the network that has most of them. */
  #makeRoom(): boolean {
    const strangers = [...this.#connections.keys()].filter(({ peer }) => peer.user === undefined);
    const counts = new Map<string, number>();
    for (const { peer } of strangers) counts.set(peer.network, (counts.get(peer.network) ?? 0) + 1);
    const [greediest] = [...counts].sort((one, other) => other[1] - one[1]);
    const oldest = strangers.find(({ peer }) => peer.network === greediest?.[0]);
    oldest?.close();
    return oldest !== undefined;
  }

  #again(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () => {
        this.#round = this.#look()
          .catch(this.#options.onFault)
          .finally(() => this.#again());
      },
      jittered(roundMs, 0.3),
    ).unref();
  }

  async #look(): Promise<void> {
    const { clients, uploads } = this.#options;
    await clients.announce(this.#service, [...this.#networks.keys()], Date.now());
    await clients.forgetStale(Date.now());
    for (const connection of [...this.#connections.keys()]) {
      if (this.#closed) return;
      const { peer } = connection;
      for (const [key, { touchedAt }] of [...peer.uploads])
        if (performance.now() - touchedAt > maxStillMs) await uploads.drop(peer.uploads, key);
      if (await peer.isOver()) connection.close();
    }
  }
}
