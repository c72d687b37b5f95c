import type { Socket } from 'node:net';
import { networkOf } from '@berth/network';

export interface StrangersOptions {
  /** Sockets at most. */
  max: number;
  /** Of one network, before its own have to make room for others. */
  share: number;
  /** One had to make room. */
  onCut(): void;
}

/**
 * Sockets of those who have not begun to log in: whoever waits for a PROXY header, for the request for a WebSocket, or for
 * the first frame. They may be silent for seconds, so there is no room for all who might be. When there is none, the oldest
 * of a network with more than its share goes, else the oldest of all: whoever has something to say has said it by then.
 */
export class Strangers {
  readonly #options: StrangersOptions;
  /** The oldest first. */
  readonly #networks = new Map<Socket, string>();
  readonly #ofNetwork = new Map<string, Set<Socket>>();
  /** Networks with more than their share. */
  readonly #greedy = new Set<string>();

  constructor(options: StrangersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#networks.size;
  }

  /** A socket came in; or is known to be another address's than it was thought to be. Makes room for it. */
  add(socket: Socket, address: string | undefined): void {
    this.forget(socket);
    if (this.#networks.size >= this.#options.max) this.#makeRoom();
    const network = networkOf(address ?? '');
    this.#networks.set(socket, network);
    const theirs = this.#ofNetwork.get(network);
    if (theirs === undefined) this.#ofNetwork.set(network, new Set([socket]));
    else if (theirs.add(socket).size > this.#options.share) this.#greedy.add(network);
    // Whoever handed the socket on, or took it, may be gone by then.
    socket.once('close', this.#closed);
  }

  /** It began to log in, or is gone. */
  forget(socket: Socket): void {
    const network = this.#networks.get(socket);
    if (network === undefined) return;
    socket.off('close', this.#closed);
    this.#networks.delete(socket);
    const theirs = this.#ofNetwork.get(network)!;
    theirs.delete(socket);
    if (theirs.size <= this.#options.share) this.#greedy.delete(network);
    if (theirs.size === 0) this.#ofNetwork.delete(network);
  }

  #makeRoom(): void {
    const [greedy] = this.#greedy;
    const [oldest] = greedy === undefined ? this.#networks.keys() : this.#ofNetwork.get(greedy)!;
    this.forget(oldest!);
    oldest!.destroy();
    this.#options.onCut();
  }

  readonly #closed = this.#closedOf();

  /** One listener for all sockets. */
  #closedOf() {
    const strangers = this;
    return function (this: Socket): void {
      strangers.forget(this);
    };
  }
}
