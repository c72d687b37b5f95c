import { randomBytes } from 'node:crypto';
import { freemem } from 'node:os';
import type {
  Command,
  NodeMessage,
  NodeState,
  Register,
  Revocation,
  StatusMessage,
  StatusServiceClient,
} from '@berth/contracts/status';
import { NodeState as nodeStates } from '@berth/contracts/status';
import { fromServiceError, type RenewingClient } from '@berth/grpc';
import { backoffMs, jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { Fleet } from '../fleet/peers/fleet.ts';
import { LoopDelay } from './loop-delay.ts';
import { OwnName, TooEarlyError } from './own-name.ts';
import type { RegisteredNode } from './registered-node.ts';
import { UsedReservations } from './used-reservations.ts';

export interface RegistrationOptions {
  client: RenewingClient<StatusServiceClient>;
  node: RegisteredNode;
  fleet: Fleet;
  log: Log;
  /** What is registered; read when a stream is opened, when all ports are known. */
  describe(): Omit<Register, 'name' | 'bootEpoch' | 'instance' | 'revocationsAfter'>;
  connections(): number;
  /** Of them those that have a place elsewhere. */
  leaving(): number;
  onRevoked(revocation: Revocation): void;
  onCommand(command: NonNullable<Command['command']>): void;
  /** Back after a time without the registry, in which revocations may have been missed. */
  onReturned(): void;
  /** Another process has taken this node's name. */
  onSuperseded(): void;
  /** Default 1 000 ms. */
  reportMs?: number;
}

/**
 * Without a word for this long after a report, the stream is given up and another replica is tried: before the lease of 5 s
 * ends. A node that was kept from running has not asked meanwhile…
 */
const silenceMs = 2_500;
/** …or has yet to read the answer, and has this much of it for that. */
const readingMs = 250;
/** Reports that are due at once, because the count moved, come no closer than this. */
const minReportGapMs = 20;
const retry = { baseMs: 200, maxMs: 3_000 };
/** A fleet that is just being made is up when its last node is in the registry. */
const firstRetry = { baseMs: 200, maxMs: 800 };
/** DNS learns of a new pod at about the time at which its process is up. */
const nameSettlesMs = 1_000;
/** And is asked again after this. */
const nameAgainMs = 500;

/** This node in the registry: reports its load, hears of the fleet, of revocations and commands. */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #instance = randomBytes(12).toString('hex');
  readonly #used = new UsedReservations();
  readonly #loopDelay = new LoopDelay();
  #stream: ClientDuplexStream<NodeMessage, StatusMessage> | undefined;
  #channel: StatusServiceClient | undefined;
  #isRegistered = false;
  /** A report was taken since: only then does the registry send log-ins here. */
  #isPlaceable = false;
  #wasRegistered = false;
  #state: NodeState = nodeStates.NODE_STATE_READY;
  #sequence = 0;
  #reportedCount = 0;
  #reportedLeaving = 0;
  #reportedAt = 0;
  #lastRevocation = '';
  #attempt = 0;
  #name: OwnName | undefined;
  #reportTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Registered, and a report was taken: log-ins are sent here. */
  get isPlaceable(): boolean {
    return this.#isPlaceable;
  }

  get state(): NodeState {
    return this.#state;
  }

  start(): void {
    this.#loopDelay.start();
    this.#name = new OwnName(hostOf(this.#options.describe().peerAddress));
    if (this.#name.isName) this.#retryTimer = setTimeout(() => void this.#connect(), nameSettlesMs);
    else void this.#connect();
  }

  /** Leaves the registry: no placements from now on, and other nodes forget this one. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#loopDelay.stop();
    for (const timer of [this.#reportTimer, this.#retryTimer, this.#silenceTimer, this.#soon])
      clearTimeout(timer);
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    const ended = new Promise<void>((resolve) => {
      stream.on('end', resolve).on('error', () => resolve());
      setTimeout(resolve, 1_000).unref();
    });
    stream.end();
    await ended;
    stream.cancel();
  }

  set state(state: NodeState) {
    if (this.#state === state) return;
    this.#state = state;
    this.#reportSoon();
  }

  reservationUsed(reservation: string): void {
    this.#used.add(reservation);
  }

  /** Reports at once when the count has moved by more than max(5, 2 %). */
  countMoved(count: number): void {
    if (Math.abs(count - this.#reportedCount) > Math.max(5, this.#reportedCount / 50)) this.#reportSoon();
  }

  /** The same of those that leave. */
  leavingMoved(): void {
    const moved = Math.abs(this.#options.leaving() - this.#reportedLeaving);
    if (moved > Math.max(5, this.#reportedCount / 50)) this.#reportSoon();
  }

  /** Only once its own name resolves: others could not reach it before, though placement would send clients here. */
  async #connect(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#name!.look();
      if (!this.#closed) this.#open(this.#options.describe());
    } catch (error) {
      if (this.#closed) return;
      if (error instanceof TooEarlyError) {
        this.#retryTimer = setTimeout(() => void this.#connect(), nameAgainMs);
        return;
      }
      this.#options.log.warn({ err: error }, 'the name of this node does not resolve yet');
      this.#connectLater();
    }
  }

  #connectLater(): void {
    if (this.#closed) return;
    const pace = this.#wasRegistered ? retry : firstRetry;
    this.#retryTimer = setTimeout(() => void this.#connect(), 50 + backoffMs(this.#attempt++, pace));
  }

  #open(description: ReturnType<RegistrationOptions['describe']>): void {
    const { client, node } = this.#options;
    const channel = client.current;
    const stream = channel.report();
    this.#stream = stream;
    this.#channel = channel;
    stream.on('data', (message: StatusMessage) => {
      if (this.#stream === stream) this.#hear(message);
    });
    stream.on('error', (error: ServiceError) => this.#lost(stream, error));
    stream.on('end', () => this.#lost(stream, undefined));
    this.#say(stream, {
      message: {
        $case: 'register',
        value: {
          ...description,
          name: node.node,
          bootEpoch: node.bootEpoch,
          instance: this.#instance,
          revocationsAfter: this.#lastRevocation,
        },
      },
    });
  }

  /** And waits for a word. */
  #say(stream: ClientDuplexStream<NodeMessage, StatusMessage>, message: NodeMessage): void {
    stream.write(message);
    const giveUp = () => {
      if (this.#channel) this.#options.client.renew(this.#channel);
      stream.cancel();
    };
    this.#silenceTimer ??= setTimeout(() => {
      this.#silenceTimer = setTimeout(giveUp, readingMs);
    }, silenceMs - readingMs);
  }

  #heardAWord(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
  }

  #lost(stream: ClientDuplexStream<NodeMessage, StatusMessage>, error: ServiceError | undefined): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#heardAWord();
    clearTimeout(this.#reportTimer);
    const reason = error && fromServiceError(error);
    if (this.#isRegistered || this.#attempt === 0)
      this.#options.log.warn({ err: reason }, 'not in the registry; sessions live on');
    this.#isRegistered = this.#isPlaceable = false;
    if (this.#closed) return;
    // A replica that cannot register us may be cut off alone.
    if (reason?.code === 'unavailable' && this.#channel) this.#options.client.renew(this.#channel);
    if (reason?.code === 'conflict' && this.#wasRegistered) {
      this.#options.onSuperseded();
      return;
    }
    this.#connectLater();
  }

  #hear({ message }: StatusMessage): void {
    const { node, fleet, onRevoked, onCommand } = this.#options;
    this.#heardAWord();
    switch (message?.$case) {
      case 'registered':
        node.registered(message.value.bootEpoch, message.value.ticketKey, message.value.nowMs);
        this.#registered();
        break;
      case 'ack':
        this.#isPlaceable = true;
        this.#used.acknowledge(message.value.usedReservations);
        node.observeClock(message.value.nowMs);
        break;
      case 'fleet':
        fleet.update(message.value.version, message.value.peers);
        break;
      case 'revocation':
        if (message.value.id !== '') this.#lastRevocation = message.value.id;
        onRevoked(message.value);
        break;
      case 'command':
        if (message.value.command) onCommand(message.value.command);
        break;
      default:
      // A message of a later version of the contract.
    }
  }

  #registered(): void {
    const { node, fleet, log, onReturned } = this.#options;
    log.info({ bootEpoch: node.bootEpoch }, 'registered');
    this.#isRegistered = true;
    this.#attempt = 0;
    fleet.expectAnyVersion();
    this.#report();
    if (this.#wasRegistered) onReturned();
    this.#wasRegistered = true;
  }

  #reportSoon(): void {
    if (!this.#isRegistered || this.#soon !== undefined) return;
    const gapMs = Math.max(0, this.#reportedAt + minReportGapMs - performance.now());
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#report();
    }, gapMs);
  }

  #report(): void {
    const stream = this.#stream;
    clearTimeout(this.#reportTimer);
    if (stream === undefined || !this.#isRegistered) return;
    this.#reportTimer = setTimeout(() => this.#report(), jittered(this.#options.reportMs ?? 1_000));
    // One that the transport has not taken yet says that nobody hears us; another one behind it would not help.
    if (stream.writableNeedDrain) return;
    this.#reportedCount = this.#options.connections();
    this.#reportedLeaving = this.#options.leaving();
    this.#reportedAt = performance.now();
    this.#say(stream, {
      message: {
        $case: 'load',
        value: {
          sequence: ++this.#sequence,
          connections: this.#reportedCount,
          usedReservations: this.#used.next(),
          state: this.#state,
          loopDelayP99Ms: this.#loopDelay.p99Ms(),
          freeMemoryBytes: freemem(),
          leaving: this.#reportedLeaving,
        },
      },
    });
  }
}

/** Of `host:port`, an IPv6 address in brackets. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
