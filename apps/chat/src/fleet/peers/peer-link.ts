import { status } from '@grpc/grpc-js';
import type { EncodedEntry } from './peer-codec.ts';
import { type PeerBudget, PeerQueue } from './peer-queue.ts';
import type { PeerStream } from './peer-stream.ts';

/** Bytes of one batch at most, below what gRPC takes as one message. */
const maxBatchBytes = 1_048_576;

/**
 * The way to one boot of one node: a bounded queue, and a stream when there is one. What gathers while a batch is being
 * written makes the next batch.
 */
export class PeerLink {
  readonly node: string;
  readonly bootEpoch: number;
  readonly #queue: PeerQueue;
  #stream: PeerStream | undefined;
  #isWriting = false;

  constructor(node: string, bootEpoch: number, maxQueueBytes: number, budget: PeerBudget) {
    this.node = node;
    this.bootEpoch = bootEpoch;
    this.#queue = new PeerQueue(maxQueueBytes, budget);
  }

  get isConnected(): boolean {
    return this.#stream !== undefined;
  }

  get stream(): PeerStream | undefined {
    return this.#stream;
  }

  /** False when it was dropped. */
  send(entry: EncodedEntry): boolean {
    const kept = this.#queue.push(entry);
    this.#schedule();
    return kept;
  }

  /** Notes that something for this node was lost before it could be queued. */
  lost(conversation: number | undefined): void {
    this.#queue.drop(conversation);
    this.#schedule();
  }

  /** Both have said hello on it. Of two streams the one that the lower name dialed stays. */
  attach(stream: PeerStream): void {
    const current = this.#stream;
    if (current !== undefined && current.dialedBy < stream.dialedBy) {
      stream.retire();
      return;
    }
    this.#stream = stream;
    this.#isWriting = false;
    current?.retire();
    this.#schedule();
  }

  /** The stream ended; false when another one carries the link. */
  detach(stream: PeerStream): boolean {
    if (this.#stream !== stream) return false;
    this.#stream = undefined;
    this.#isWriting = false;
    return true;
  }

  /** Writes what is queued, then ends the stream. */
  close(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#isWriting = true;
    while (!this.#queue.isEmpty) stream.write(this.#queue.take(maxBatchBytes), () => {});
    this.#stream = undefined;
    stream.end();
  }

  /** The node is gone. */
  cut(): void {
    this.#queue.clear();
    this.#stream?.cut(status.UNAVAILABLE, 'the node has left the fleet');
    this.#stream = undefined;
  }

  #schedule(): void {
    if (this.#isWriting || this.#stream === undefined || this.#queue.isEmpty) return;
    this.#isWriting = true;
    setImmediate(this.#writeNext);
  }

  readonly #writeNext = (): void => {
    const stream = this.#stream;
    if (stream === undefined || this.#queue.isEmpty) {
      this.#isWriting = false;
      return;
    }
    stream.write(this.#queue.take(maxBatchBytes), () => {
      if (this.#stream === stream) this.#writeNext();
    });
  };
}
