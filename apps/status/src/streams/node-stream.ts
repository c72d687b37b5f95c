import type { StatusMessage } from '@berth/contracts/status';
import { BerthError } from '@berth/wire';

/** What a stream's answers go to. */
interface Sink {
  write(message: StatusMessage): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** Revocations and commands that may wait for a node that reads slowly; beyond it the stream is cut. */
const maxWaiting = 4_096;

/**
 * The answers to one node. While the node does not read, the newest fleet and the newest ack wait (each replaces the one
 * before; what an ack named is sent again by the node), revocations and commands wait in order up to a bound.
 */
export class NodeStream {
  readonly name: string;
  readonly bootEpoch: number;
  readonly #sink: Sink;
  readonly #cut: (error: BerthError) => void;
  #blocked = false;
  #closed = false;
  #fleet: StatusMessage | undefined;
  #ack: StatusMessage | undefined;
  #waiting: StatusMessage[] = [];
  #missed: Iterator<StatusMessage> | undefined;
  /** The last sequence that this stream wrote to the registry. */
  sequence = 0;
  /** The rate last sent. */
  rate = 0;

  constructor(name: string, bootEpoch: number, sink: Sink, cut: (error: BerthError) => void) {
    this.name = name;
    this.bootEpoch = bootEpoch;
    this.#sink = sink;
    this.#cut = cut;
  }

  send(message: StatusMessage): void {
    if (this.#closed) return;
    if (!this.#blocked) {
      this.#write(message);
      return;
    }
    const kind = message.message?.$case;
    if (kind === 'fleet') this.#fleet = message;
    else if (kind === 'ack') this.#ack = message;
    else if (this.#waiting.length < maxWaiting) this.#waiting.push(message);
    else this.cut(new BerthError('unavailable', 'This node reads too slowly; register again.'));
  }

  /** Sends what the node missed, however much, as fast as it reads. */
  replay(missed: Iterator<StatusMessage>): void {
    this.#missed = missed;
    if (!this.#blocked) this.#sendOn();
  }

  /** Ends the stream with an error. */
  cut(error: BerthError): void {
    if (this.#closed) return;
    this.close();
    this.#cut(error);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#missed = undefined;
    this.#fleet = undefined;
    this.#ack = undefined;
  }

  #write(message: StatusMessage): void {
    if (this.#sink.write(message)) return;
    this.#blocked = true;
    this.#sink.once('drain', () => {
      this.#blocked = false;
      this.#sendOn();
    });
  }

  #sendOn(): void {
    while (!this.#blocked && !this.#closed) {
      const next = this.#next();
      if (!next) return;
      this.#write(next);
    }
  }

  #next(): StatusMessage | undefined {
    const waiting = this.#waiting.shift();
    if (waiting) return waiting;
    const missed = this.#missed?.next();
    if (missed && !missed.done) return missed.value;
    this.#missed = undefined;
    const next = this.#fleet ?? this.#ack;
    if (next === this.#fleet) this.#fleet = undefined;
    else this.#ack = undefined;
    return next;
  }
}
