import type { Socket } from 'node:net';
import { type CloseReason, FrameError, limits } from '@berth/wire';
import type { ClientConnection, Closing, FrameSink } from '../session/client-connection.ts';
import type { Framing } from './batch.ts';
import { clientAddressOf } from './client-address.ts';
import {
  type ConnectionState,
  type Connections,
  connectionStates,
  type WatchedConnection,
} from './connections.ts';

const { stranger, loggingIn, known, closing, closed } = connectionStates;

/**
 * A client's connection, whatever its transport: whole frames in, whole frames out. Everything that is common to all of
 * them lives in `connections`, so that an idle one is this object and its socket: no timer, no closure.
 */
export abstract class Connection implements ClientConnection, WatchedConnection {
  abstract readonly framing: Framing;
  readonly socket: Socket;
  readonly connections: Connections;
  sink: FrameSink;
  state: ConnectionState = stranger;
  wheelSlot = -1;
  wheelIndex = 0;
  /** By the wheel's clock. */
  heardMs: number;
  /** Frames that it may send before it must wait for more (token bucket). */
  tokens: number;
  refilledMs: number;
  /** Requests that are not answered yet, and the bytes of their bodies. */
  inFlight = 0;
  inFlightBytes = 0;
  paused = false;
  /** Frames to be written at the end of this turn, or when the socket has drained. */
  frames: Uint8Array[] | undefined = undefined;
  /** Bytes of `frames`. */
  queuedBytes = 0;
  /** Bytes that the process' budget counts for this connection. */
  countedBytes = 0;
  dirty = false;

  constructor(socket: Socket, connections: Connections, sink: FrameSink) {
    this.socket = socket;
    this.connections = connections;
    this.sink = sink;
    this.heardMs = connections.wheel.nowMs;
    this.refilledMs = this.heardMs;
    this.tokens = connections.options.frames.burst;
  }

  /** Queues a whole frame; written with all others of this turn at once. Dropped when the connection is closing. */
  queue(frame: Uint8Array): void {
    if (this.state >= closing) return;
    if (this.frames === undefined) this.frames = [frame];
    else this.frames.push(frame);
    this.queuedBytes += frame.length;
    if (!this.dirty) this.connections.outflow.markDirty(this);
    else if (this.queuedBytes > this.connections.options.maxUnsentBytes) this.connections.outflow.flush(this);
  }

  /** A whole frame came. */
  protected take(id: number, body: Uint8Array): void {
    if (this.state >= closing) return;
    this.heardMs = this.connections.wheel.nowMs;
    if (this.state === stranger && body.length > limits.maxFirstBodyBytes) this.close('badFrame');
    else if (!this.spend()) this.close('flood');
    else this.sink.onFrame(this, id, body);
  }

  /** What came could not be read or handled. */
  protected fault(error: unknown): void {
    if (!(error instanceof FrameError)) this.connections.options.onFault(error);
    this.close(error instanceof FrameError ? 'badFrame' : 'serverError');
  }

  /** Takes one token of the bucket of frames; false when there is none. */
  protected spend(): boolean {
    const { wheel, options } = this.connections;
    if (this.refilledMs !== wheel.nowMs) {
      const refill = ((wheel.nowMs - this.refilledMs) * options.frames.perSecond) / 1_000;
      this.tokens = Math.min(options.frames.burst, this.tokens + refill);
      this.refilledMs = wheel.nowMs;
    }
    return this.tokens-- >= 1;
  }

  /** A log-in is under way: what follows the first frame waits for its end. */
  logInStarted(sink: FrameSink): void {
    this.state = loggingIn;
    this.sink = sink;
    this.connections.strangers.forget(this.socket);
    this.connections.watchLogIn(this);
    this.pause();
  }

  /** From now on it is a session's; heartbeats are watched. */
  loggedIn(sink: FrameSink): void {
    this.state = known;
    this.sink = sink;
    this.heardMs = this.connections.wheel.nowMs;
    this.connections.watch(this);
    this.resume();
  }

  /**
   * Reading stops while too many requests wait for their answers; TCP tells the client. False when those of all clients are
   * too many: this one is to be refused.
   */
  requestStarted(bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.connections.options;
    this.inFlight++;
    this.inFlightBytes += bytes;
    if (this.inFlight >= maxInFlight || this.inFlightBytes >= maxInFlightBytes) this.pause();
    return this.connections.requests.start(bytes);
  }

  requestEnded(bytes: number): void {
    const { maxInFlight, maxInFlightBytes } = this.connections.options;
    this.inFlight--;
    this.inFlightBytes -= bytes;
    this.connections.requests.end(bytes);
    const isCalm = this.inFlight <= maxInFlight >> 1 && this.inFlightBytes <= maxInFlightBytes >> 1;
    if (isCalm && this.paused && this.state === known) this.resume();
  }

  /** Says why in the words of whom it belongs to, writes what is queued and ends. */
  close(reason: CloseReason): void {
    if (this.state < closing) this.closeWith(reason, this.sink.farewell(reason));
  }

  /** The same with other last words, or none; cuts the connection after a grace period. */
  closeWith(reason: CloseReason, farewell: Uint8Array | undefined, { lingers = false }: Closing = {}): void {
    if (this.state >= closing) return;
    const frames = reason === 'slowConsumer' ? [] : (this.frames ?? []);
    if (farewell !== undefined) frames.push(farewell);
    this.state = closing;
    this.connections.closing(this, reason);
    if (frames.length > 0) this.socket.write(this.connections.outflow.batchOf(frames, this.framing));
    if (!lingers) this.end(reason);
    this.resume();
    this.sink.onClosed(this);
  }

  /** The transport is gone. */
  gone(): void {
    if (this.state === closed) return;
    const wasOpen = this.state < closing;
    this.state = closed;
    this.connections.closed(this);
    if (wasOpen) this.sink.onClosed(this);
  }

  get address(): string {
    return clientAddressOf(this.socket);
  }

  get isOpen(): boolean {
    return this.state < closing;
  }

  get hasBacklog(): boolean {
    return this.frames !== undefined || this.socket.writableLength > 0;
  }

  keepAlive(afterMs: number): void {
    this.socket.setKeepAlive(true, afterMs);
  }

  /** The socket took what it had been given. */
  drained(): void {
    if (!this.dirty) this.connections.outflow.markDirty(this);
  }

  /** Cuts it at once, without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  protected pause(): void {
    if (this.paused || this.state === closed) return;
    this.paused = true;
    this.setReading(false);
  }

  protected resume(): void {
    if (!this.paused || this.state === closed) return;
    this.paused = false;
    this.setReading(true);
  }

  protected abstract setReading(reading: boolean): void;
  /** Ends the transport in order, behind what has been written. */
  protected abstract end(reason: CloseReason): void;
}
