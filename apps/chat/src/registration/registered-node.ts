import { performance } from 'node:perf_hooks';
import type { NodeIdentity } from '../session/ticket-desk.ts';

/** Answers whose clocks are compared; the network can only make one look late. */
const remembered = 16;

/** Who this node is: its name from the start, the rest once the registry has told it. */
export class RegisteredNode implements NodeIdentity {
  readonly node: string;
  #bootEpoch = 0;
  #ticketKey: Uint8Array | undefined;
  /** Redis' milliseconds less our monotonic ones, of the latest answers. */
  readonly #offsets: number[] = [];
  #offset = Date.now() - performance.now();

  constructor(node: string) {
    this.node = node;
  }

  get bootEpoch(): number {
    return this.#bootEpoch;
  }

  get ticketKey(): Uint8Array | undefined {
    return this.#ticketKey;
  }

  nowMs(): number {
    return Math.floor(performance.now() + this.#offset);
  }

  registered(bootEpoch: number, ticketKey: Uint8Array, redisNowMs: number): void {
    this.#bootEpoch = bootEpoch;
    this.#ticketKey = ticketKey;
    this.#offsets.length = 0;
    this.observeClock(redisNowMs);
  }

  /** The least delayed of the latest answers is the nearest to the truth. */
  observeClock(redisNowMs: number): void {
    this.#offsets.push(redisNowMs - performance.now());
    if (this.#offsets.length > remembered) this.#offsets.shift();
    this.#offset = Math.max(...this.#offsets);
  }
}
