import type { PeerBatch } from '@berth/contracts/chat';
import { bindServer, closeServer, createServerOptions, type GrpcTls, serverCredentials } from '@berth/grpc';
import { Server, type ServerDuplexStream } from '@grpc/grpc-js';
import { type EncodedEntry, peerConnect } from './peer-codec.ts';

export interface PeerServerOptions {
  host: string;
  port: number;
  tls: GrpcTls | undefined;
  onStream(call: ServerDuplexStream<PeerBatch, readonly EncodedEntry[]>): void;
}

/** PeerService: the door of other chat nodes. */
export class PeerServer {
  readonly #options: PeerServerOptions;
  readonly #server = new Server(createServerOptions());
  #port = 0;

  constructor(options: PeerServerOptions) {
    this.#options = options;
    this.#server.addService({ connect: peerConnect }, { connect: options.onStream });
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { host, port, tls } = this.#options;
    this.#port = await bindServer(this.#server, host, port, serverCredentials(tls));
  }

  async close(): Promise<void> {
    await closeServer(this.#server, 500);
  }
}
