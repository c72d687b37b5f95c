import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseProxyHeader } from '@berth/network';
import { setClientAddress } from './client-address.ts';
import type { Strangers } from './strangers.ts';

/** Connections that the kernel keeps for us while a storm of them arrives. */
const backlog = 16_384;

export interface ListenerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** `v2`: every connection begins with a PROXY v2 header, and one without it is cut. */
  proxyProtocol: 'off' | 'v2';
  /** Within this the PROXY header must be whole. */
  headerTimeoutMs: number;
  strangers: Strangers;
  onSocket(socket: Socket): void;
}

/** Listens for sockets and takes the PROXY header off them. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      options.strangers.add(socket, socket.remoteAddress);
      if (options.proxyProtocol === 'off') options.onSocket(socket);
      else this.#readProxyHeader(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#options.host, port: this.#options.port, backlog }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Stops listening; sockets that were handed on stay as they are. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #readProxyHeader(socket: Socket): void {
    let header = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), this.#options.headerTimeoutMs);
    const done = () => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      socket.off('data', onData);
      socket.off('error', onError);
      socket.off('close', done);
    };
    const onError = () => socket.destroy();
    const onData = (chunk: Buffer) => {
      header = Buffer.concat([header, chunk]);
      try {
        const parsed = parseProxyHeader(header);
        if (parsed === 'more') return;
        done();
        if (parsed.client !== undefined) {
          setClientAddress(socket, parsed.client.address);
          this.#options.strangers.add(socket, parsed.client.address);
        }
        socket.pause();
        const rest = header.subarray(parsed.bytes);
        if (rest.length > 0) socket.unshift(rest);
        this.#options.onSocket(socket);
        socket.resume();
      } catch {
        socket.destroy();
      }
    };
    this.#waiting.add(socket);
    socket.on('data', onData);
    socket.on('error', onError);
    socket.on('close', done);
  }
}
