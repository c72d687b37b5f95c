import { randomBytes } from 'node:crypto';
import {
  type Command,
  type Load,
  type NodeMessage,
  NodeState,
  type Peer,
  type PlaceManyRequest,
  type PlaceManyResponse,
  type PlaceOutcome,
  type PlaceRequest,
  type PlaceResponse,
  type Register,
  type Revocation,
  type RevokeResponse,
  type StatusMessage,
  StatusServiceService,
} from '@berth/contracts/status';
import { bindServer, createServerOptions, unary } from '@berth/grpc';
import { deriveTicketKey, signTicket } from '@berth/tokens';
import { BerthError, toBerthError } from '@berth/wire';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';

const secret = 'a secret for tests of thirty-two bytes';

interface Registered {
  register: Register;
  bootEpoch: number;
  stream: ServerDuplexStream<NodeMessage, StatusMessage>;
  loads: Load[];
}

export interface TicketOptions {
  deviceClass?: string;
  session?: string;
  generation?: number;
  expiresInMs?: number;
  bootEpoch?: number;
}

/** A registry in memory that says yes to everything: names and keys nodes, signs tickets, and can be taken away. */
export class StatusFixture {
  readonly nodes = new Map<string, Registered>();
  /** Every load, by node, also of nodes that left. */
  readonly loads = new Map<string, Load[]>();
  readonly revocations: Revocation[] = [];
  /** While set it takes loads without a word. */
  isMute = false;
  /** Places that it has yet to give; beyond them it refuses. */
  free = Number.POSITIVE_INFINITY;
  /** How many places were asked for by each call for several. */
  readonly batches: number[] = [];
  #server: Server | undefined;
  #port = 0;
  /** The first nodes have been there for an hour. */
  #epoch = (Date.now() - 3_600_000) * 1_000;
  #fleetVersion = 0;
  #revocation = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = new Server(createServerOptions());
    server.addService(StatusServiceService, {
      report: (stream: ServerDuplexStream<NodeMessage, StatusMessage>) => this.#report(stream),
      place: unary<PlaceRequest, PlaceResponse>(async (request) => this.#place(request)),
      placeMany: unary<PlaceManyRequest, PlaceManyResponse>(async ({ requests }) => {
        this.batches.push(requests.length);
        return { outcomes: requests.map((request) => this.#outcome(request)) };
      }),
      revoke: unary<Revocation, RevokeResponse>(async (revocation) => {
        this.revoke(revocation);
        return {};
      }),
    });
    this.#port = await bindServer(server, '127.0.0.1', this.#port, ServerCredentials.createInsecure());
    this.#server = server;
  }

  /** Whoever registers from now on does so at this time. */
  timePasses(): void {
    this.#epoch = Date.now() * 1_000;
  }

  /** Away at once, as after a kill; `start` brings it back on the same port. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.nodes.clear();
  }

  ticket(
    node: string,
    user: number,
    options: TicketOptions = {},
  ): { ticket: string; reservation: string; session: string } {
    const registered = this.nodes.get(node);
    if (registered === undefined) throw new Error(`${node} is not registered`);
    const bootEpoch = options.bootEpoch ?? registered.bootEpoch;
    const reservation = randomBytes(8).toString('hex');
    const session = options.session ?? randomBytes(16).toString('hex');
    const ticket = signTicket(
      {
        node,
        bootEpoch,
        reservation,
        user,
        deviceClass: options.deviceClass ?? 'web',
        session,
        generation: options.generation ?? 1,
        expiresAt: Date.now() + (options.expiresInMs ?? 15_000),
      },
      deriveTicketKey(secret, node, bootEpoch),
    );
    return { ticket, reservation, session };
  }

  revoke(revocation: Partial<Revocation> & { userId: number }): void {
    const whole: Revocation = {
      sessionIds: [],
      generation: 0,
      reason: 'test',
      ...revocation,
      id: String(++this.#revocation),
    };
    this.revocations.push(whole);
    this.#tell({ message: { $case: 'revocation', value: whole } });
  }

  command(node: string, command: NonNullable<Command['command']>): void {
    this.nodes.get(node)!.stream.write({ message: { $case: 'command', value: { command } } });
  }

  /** Takes a node out of everyone's view, as when its lease ends. */
  expire(node: string): void {
    this.nodes.delete(node);
    this.#tellFleet();
  }

  #report(stream: ServerDuplexStream<NodeMessage, StatusMessage>): void {
    let name: string | undefined;
    stream.on('error', () => {});
    stream.on('data', ({ message }: NodeMessage) => {
      if (message?.$case === 'register') {
        name = message.value.name;
        this.#register(stream, message.value);
      } else if (message?.$case === 'load' && name !== undefined) {
        this.loads.set(name, [...(this.loads.get(name) ?? []), message.value]);
        if (this.isMute) return;
        const { sequence, usedReservations } = message.value;
        stream.write({ message: { $case: 'ack', value: { sequence, usedReservations, nowMs: Date.now() } } });
      }
    });
    const left = () => {
      stream.end();
      if (name === undefined || this.nodes.get(name)?.stream !== stream) return;
      this.nodes.delete(name);
      this.#tellFleet();
    };
    stream.on('end', left);
    stream.on('cancelled', left);
  }

  #register(stream: ServerDuplexStream<NodeMessage, StatusMessage>, register: Register): void {
    const bootEpoch = register.bootEpoch || ++this.#epoch;
    this.nodes.set(register.name, { register, bootEpoch, stream, loads: [] });
    const ticketKey = deriveTicketKey(secret, register.name, bootEpoch);
    stream.write({ message: { $case: 'registered', value: { bootEpoch, ticketKey, nowMs: Date.now() } } });
    const missed = this.revocations.filter(({ id }) => Number(id) > Number(register.revocationsAfter));
    for (const value of missed) stream.write({ message: { $case: 'revocation', value } });
    this.#tellFleet();
  }

  #place({ userId, deviceClass, sessionId, generation, avoid, bootedAfter }: PlaceRequest): PlaceResponse {
    const isFor = ([name, { bootEpoch }]: [string, Registered]) =>
      !avoid.includes(name) && bootEpoch > bootedAfter;
    const node = [...this.nodes].find(isFor)?.[0];
    if (node === undefined || this.free-- < 1)
      throw new BerthError('no_berth', undefined, { retryAfterMs: 500 });
    const { clientHost, clientPort, clientUrl } = this.nodes.get(node)!.register;
    const { ticket, reservation } = this.ticket(node, userId, {
      deviceClass,
      session: sessionId,
      generation,
    });
    return {
      node,
      host: clientHost,
      port: clientPort,
      url: clientUrl,
      ticket,
      expiresAtMs: Date.now() + 15_000,
      reservation,
      skips: [],
    };
  }

  #outcome(request: PlaceRequest): PlaceOutcome {
    try {
      return { outcome: { $case: 'place', value: this.#place(request) } };
    } catch (thrown) {
      const { code, message, retryAfterMs = 0 } = toBerthError(thrown);
      return { outcome: { $case: 'refusal', value: { code, message, retryAfterMs } } };
    }
  }

  #tellFleet(): void {
    const peers: Peer[] = [...this.nodes].map(([name, { bootEpoch, register }]) => ({
      name,
      bootEpoch,
      peerAddress: register.peerAddress,
      state: NodeState.NODE_STATE_READY,
    }));
    this.#tell({ message: { $case: 'fleet', value: { version: ++this.#fleetVersion, peers } } });
  }

  #tell(message: StatusMessage): void {
    for (const { stream } of this.nodes.values()) stream.write(message);
  }
}
