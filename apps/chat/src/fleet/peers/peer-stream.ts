import type { PeerBatch } from '@berth/contracts/chat';
import type { ClientDuplexStream, ServerDuplexStream, status } from '@grpc/grpc-js';
import type { EncodedEntry } from './peer-codec.ts';

type Batch = readonly EncodedEntry[];
type GrpcStream = ClientDuplexStream<Batch, PeerBatch> | ServerDuplexStream<PeerBatch, Batch>;

export interface PeerStreamListener {
  onBatch(stream: PeerStream, batch: PeerBatch): void;
  /** Once; `error` when it was cut. */
  onEnded(stream: PeerStream, error: Error | undefined): void;
}

/** One stream between two nodes, whichever of them dialed. */
export class PeerStream {
  /** The node that dialed it; of two streams of a pair that of the lower name stays. */
  dialedBy: string;
  /** Another stream has taken its place: it is read to its end, which loses nothing. */
  isRetired = false;
  readonly #stream: GrpcStream;
  readonly #isClient: boolean;
  #ended = false;

  constructor(stream: GrpcStream, isClient: boolean, dialedBy: string, listener: PeerStreamListener) {
    this.#stream = stream;
    this.#isClient = isClient;
    this.dialedBy = dialedBy;
    const ended = (error: Error | undefined) => {
      if (this.#ended) return;
      this.#ended = true;
      listener.onEnded(this, error);
    };
    stream.on('data', (batch: PeerBatch) => listener.onBatch(this, batch));
    stream.on('error', (error: Error) => ended(error));
    stream.on('end', () => {
      if (!isClient) stream.end();
      ended(undefined);
    });
    if (!isClient) stream.on('cancelled', () => ended(new Error('the stream was cut')));
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  /** `written`: the transport took it, and wants more. */
  write(batch: Batch, written: () => void): void {
    if (!this.#ended) this.#stream.write(batch as never, written);
  }

  /**
   * Nothing more is written. The callee's end of a call ends all of it, so that a callee waits for the caller's.
   */
  retire(): void {
    this.isRetired = true;
    if (this.#isClient) this.#stream.end();
  }

  /** Ends it now, in order. */
  end(): void {
    this.#stream.end();
  }

  /** Ends it at once; the other side hears `code` and `reason`. */
  cut(code: status, reason: string): void {
    if ('cancel' in this.#stream) this.#stream.cancel();
    else this.#stream.emit('error', { code, details: reason });
  }
}
