import { performance } from 'node:perf_hooks';
import type { CloseReason } from '@berth/wire';
import type { FrameSink } from '../session/client-connection.ts';
import { Outflow, type Receiver } from './outflow.ts';
import { RequestBudget, type RequestBudgetOptions } from './request-budget.ts';
import { Strangers, type StrangersOptions } from './strangers.ts';
import { TimingWheel, type WheelEntry } from './timing-wheel.ts';

export const connectionStates = { stranger: 0, loggingIn: 1, known: 2, closing: 3, closed: 4 } as const;
export type ConnectionState = (typeof connectionStates)[keyof typeof connectionStates];

/** A connection as its time is watched. */
export interface WatchedConnection extends WheelEntry, Receiver {
  readonly state: ConnectionState;
  readonly sink: FrameSink;
  /** When something came last, by the wheel's clock. */
  readonly heardMs: number;
  queue(frame: Uint8Array): void;
}

export interface ConnectionsOptions {
  /** Idle this long, a client is asked whether it is there. */
  heartbeatMs: number;
  /** Silent this long, it is given up. */
  deadMs: number;
  /** The first frame must be whole, and later the log-in done, within this. */
  firstFrameTimeoutMs: number;
  frames: { perSecond: number; burst: number };
  maxUnsentBytes: number;
  maxUnsentTotalBytes: number;
  /** Requests of one connection that may wait for answers before it is no longer read. */
  maxInFlight: number;
  /** The same of the bytes of their bodies. */
  maxInFlightBytes: number;
  /** Of the requests of all connections. */
  requests?: RequestBudgetOptions;
  strangers: StrangersOptions;
  /** Connections at most, strangers included; further ones are cut at once. */
  maxConnections: number;
  onClose(reason: CloseReason | 'cut'): void;
  /** A fault of ours while a frame was handled. */
  onFault(error: unknown): void;
}

/**
 * Clients send something every `heartbeatMs`; one that keeps to it, give or take this part, is never asked.
 */
const probeSlack = 1.2;
/** What a client that was told to close has to do so before it is cut. */
const closeGraceMs = 5_000;

/** What all connections of the process share: one timing wheel, one outflow, the limits. */
export class Connections {
  readonly options: ConnectionsOptions;
  readonly outflow: Outflow;
  readonly requests: RequestBudget;
  readonly strangers: Strangers;
  readonly wheel: TimingWheel<WatchedConnection>;
  #count = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: ConnectionsOptions) {
    this.options = options;
    this.outflow = new Outflow({
      maxUnsentBytes: options.maxUnsentBytes,
      maxTotalBytes: options.maxUnsentTotalBytes,
    });
    this.requests = new RequestBudget(options.requests);
    this.strangers = new Strangers(options.strangers);
    const shortest = Math.min(options.heartbeatMs, options.firstFrameTimeoutMs);
    const tickMs = Math.max(10, Math.min(500, shortest / 10));
    this.wheel = new TimingWheel({
      tickMs,
      maxDelayMs: Math.max(
        options.deadMs,
        probeSlack * options.heartbeatMs,
        options.firstFrameTimeoutMs,
        closeGraceMs,
      ),
      maxGapMs: 4 * tickMs,
      onDue: (connection) => this.#due(connection),
    });
    this.wheel.advance(performance.now());
    this.#timer = setInterval(() => {
      this.wheel.advance(performance.now());
      this.outflow.recount();
    }, tickMs);
  }

  /** Open and closing ones. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.options.maxConnections;
  }

  opened(connection: WatchedConnection): void {
    this.#count++;
    this.wheel.schedule(connection, this.options.firstFrameTimeoutMs);
  }

  watchLogIn(connection: WatchedConnection): void {
    this.wheel.schedule(connection, this.options.firstFrameTimeoutMs);
  }

  watch(connection: WatchedConnection): void {
    this.wheel.schedule(connection, probeSlack * this.options.heartbeatMs);
  }

  closing(connection: WatchedConnection, reason: CloseReason): void {
    this.outflow.forget(connection);
    this.wheel.schedule(connection, closeGraceMs);
    this.options.onClose(reason);
  }

  closed(connection: WatchedConnection): void {
    this.#count--;
    this.wheel.cancel(connection);
    this.outflow.forget(connection);
  }

  /** Cuts whatever is left: every connection that is not closed stands on the wheel. */
  close(): void {
    clearInterval(this.#timer);
    for (const connection of this.wheel.entries()) connection.destroy();
  }

  #due(connection: WatchedConnection): void {
    switch (connection.state) {
      case connectionStates.stranger:
        connection.close('firstFrameLate');
        break;
      case connectionStates.loggingIn:
        connection.close('serverError');
        break;
      case connectionStates.known:
        this.#checkHeartbeat(connection);
        break;
      default:
        this.options.onClose('cut');
        connection.destroy();
    }
  }

  #checkHeartbeat(connection: WatchedConnection): void {
    const { heartbeatMs, deadMs } = this.options;
    const probeMs = probeSlack * heartbeatMs;
    const silentMs = this.wheel.nowMs - connection.heardMs;
    if (connection.sink.mayBeSilent) {
      this.wheel.schedule(connection, probeMs);
    } else if (silentMs >= deadMs) {
      connection.close('silent');
    } else if (silentMs < probeMs) {
      this.wheel.schedule(connection, probeMs - silentMs);
    } else {
      const { probe } = connection.sink;
      if (probe !== undefined) connection.queue(probe);
      this.wheel.schedule(connection, deadMs - silentMs);
    }
  }
}
