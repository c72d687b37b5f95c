import {
  type Command,
  type Fleet,
  type Load,
  type NodeMessage,
  NodeState,
  type Register,
  type Registered,
  type Revocation,
  type StatusMessage,
  type StatusServiceClient,
} from '@berth/contracts/status';
import { fromServiceError } from '@berth/grpc';
import { BerthError } from '@berth/wire';

/** A chat node as status sees it, for tests: opens a Report stream and keeps what it is told. */
export class FakeNode {
  readonly name: string;
  readonly instance: string;
  bootEpoch = 0;
  ticketKey: Uint8Array = new Uint8Array();
  sequence = 0;
  fleets: Fleet[] = [];
  revocations: Revocation[] = [];
  commands: NonNullable<Command['command']>[] = [];
  acks = new Map<number, string[]>();
  /** How the stream ended. */
  ended: BerthError | 'ok' | undefined;
  #call: ReturnType<StatusServiceClient['report']> | undefined;
  #onRegistered: (registered: Registered) => void = () => {};
  #onFailed: (error: unknown) => void = () => {};

  constructor(name: string, instance = `${name}-one`) {
    this.name = name;
    this.instance = instance;
  }

  /** Opens a stream and says nothing. */
  open(client: StatusServiceClient): void {
    const call = client.report();
    this.#call = call;
    this.ended = undefined;
    call.on('data', (message: StatusMessage) => this.#take(message));
    call.on('error', (error) => {
      this.ended = fromServiceError(error as never);
      this.#onFailed(this.ended);
    });
    call.on('end', () => setImmediate(() => (this.ended ??= 'ok')));
  }

  /** Opens a stream and registers on it; with the epoch of the last time, if there was one. */
  async register(client: StatusServiceClient, more: Partial<Register> = {}): Promise<Registered> {
    this.open(client);
    const registered = new Promise<Registered>((resolve, reject) => {
      this.#onRegistered = resolve;
      this.#onFailed = reject;
    });
    this.write({ message: { $case: 'register', value: { ...this.registration(), ...more } } });
    const answer = await registered;
    this.bootEpoch = answer.bootEpoch;
    this.ticketKey = answer.ticketKey;
    return answer;
  }

  /** Sends a load; answers its sequence. */
  report(load: Partial<Load> = {}): number {
    this.sequence = load.sequence ?? this.sequence + 1;
    const value: Load = {
      connections: 0,
      usedReservations: [],
      state: NodeState.NODE_STATE_READY,
      loopDelayP99Ms: 5,
      freeMemoryBytes: 1e9,
      leaving: 0,
      ...load,
      sequence: this.sequence,
    };
    this.write({ message: { $case: 'load', value } });
    return this.sequence;
  }

  write(message: NodeMessage): void {
    this.#call!.write(message);
  }

  /** Ends its side: it leaves. */
  leave(): void {
    this.#call!.end();
  }

  /** Breaks the stream. */
  break(): void {
    this.#call!.cancel();
  }

  /** The names it was last told, sorted. */
  peers(): string {
    const names = (this.fleets.at(-1)?.peers ?? []).map((peer) => peer.name);
    return names.sort().join();
  }

  registration(): Register {
    return {
      name: this.name,
      bootEpoch: this.bootEpoch,
      peerAddress: `${this.name}.test:50055`,
      clientHost: 'chat.test',
      clientPort: 8090,
      clientUrl: `ws://chat.test/n/${this.name}`,
      capacity: 100,
      helloRate: 0,
      zone: '',
      version: '',
      instance: this.instance,
      revocationsAfter: '',
    };
  }

  #take({ message }: StatusMessage): void {
    switch (message?.$case) {
      case 'registered':
        this.#onRegistered(message.value);
        return;
      case 'ack':
        this.acks.set(message.value.sequence, message.value.usedReservations);
        return;
      case 'fleet':
        this.fleets.push(message.value);
        return;
      case 'revocation':
        this.revocations.push(message.value);
        return;
      case 'command':
        this.commands.push(message.value.command!);
        return;
      default:
        throw new BerthError('internal', 'an empty message from status');
    }
  }
}
