import {
  type Command,
  type Fleet,
  type Load,
  NodeState,
  type Register,
  type Registered,
  type Revocation,
  type StatusMessage,
  type StatusServiceClient,
} from '@berth/contracts/status';
import { fromServiceError } from '@berth/grpc';
import type { BerthError } from '@berth/wire';

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
  #registered: ((registered: Registered) => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  constructor(name: string, instance = `${name}-one`) {
    this.name = name;
    this.instance = instance;
  }

  async register(client: StatusServiceClient, more: Partial<Register> = {}): Promise<Registered> {
    const call = client.report();
    this.#call = call;
    this.ended = undefined;
    const registered = new Promise<Registered>((resolve, reject) => {
      this.#registered = resolve;
      this.#failed = reject;
    });
    call.on('data', (message: StatusMessage) => this.#take(message));
    call.on('error', (error) => {
      this.ended = fromServiceError(error as never);
      this.#failed?.(this.ended);
    });
    call.on('end', () => {
      this.ended ??= 'ok';
    });
    call.write({ message: { $case: 'register', value: { ...this.#registration(), ...more } } });
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
      ...load,
      sequence: this.sequence,
    };
    this.#call!.write({ message: { $case: 'load', value } });
    return this.sequence;
  }

  write(message: Parameters<ReturnType<StatusServiceClient['report']>['write']>[0]): void {
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

  peers(): string[] {
    return (this.fleets.at(-1)?.peers ?? []).map((peer) => peer.name).sort();
  }

  #registration(): Register {
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
    if (message?.$case === 'registered') this.#registered?.(message.value);
    else if (message?.$case === 'ack') this.acks.set(message.value.sequence, message.value.usedReservations);
    else if (message?.$case === 'fleet') this.fleets.push(message.value);
    else if (message?.$case === 'revocation') this.revocations.push(message.value);
    else if (message?.$case === 'command' && message.value.command) this.commands.push(message.value.command);
  }
}
