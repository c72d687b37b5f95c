import type { PeerBatch } from '@berth/contracts/chat';
import { channelCredentials, type GrpcTls, RenewingClient, targetOf } from '@berth/grpc';
import { backoffMs } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { Client, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { NodeIdentity } from '../../session/ticket-desk.ts';
import type { Fleet, FleetNode } from './fleet.ts';
import { type EncodedEntry, encodeEntry, peerConnect } from './peer-codec.ts';
import { PeerLink } from './peer-link.ts';
import type { PeerBudget } from './peer-queue.ts';
import { PeerStream } from './peer-stream.ts';
import { UnknownNodes } from './unknown-nodes.ts';

export interface PeerLinksOptions {
  identity: NodeIdentity;
  fleet: Fleet;
  tls: GrpcTls | undefined;
  log: Log;
  /** Bytes waiting for one node at most. Default 8 MiB. */
  maxQueueBytes?: number;
  /** Bytes waiting for all of them at most. Default 128 MiB. */
  maxQueuedBytes?: number;
  /** A fleet up to this size is connected at once, each with each; a larger one on demand. */
  meshNodes: number;
  onBatch(batch: PeerBatch): void;
  /** Pushes of another node may have been lost: its stream is new, or ended. */
  onDoubt(doubt: Doubt): void;
}

/** `slight`: all that the node had to say should have come. */
export type Doubt = 'slight' | 'grave';

interface Peer {
  link: PeerLink;
  address: string;
  client: RenewingClient<Client> | undefined;
  attempt: number;
  timer: NodeJS.Timeout | undefined;
  isDialing: boolean;
  /** Whether there ever was a stream with it, and whether the last one ended in order: with all that was to be said. */
  wasLinked: boolean;
  hasEnded: boolean;
}

/** How long the higher name of a pair leaves the dialing to the lower one. */
const courtesyMs = 1_000;
/** What was written last has this long to leave before the channels close. */
const leaveMs = 100;
/** A stream on which the other has not said hello within this is cut. */
const helloTimeoutMs = 3_000;
/** A node that registered so much later (µs, as boot epochs are) knew of this one from its beginning, and kept what it had to say. */
const muchLater = 10_000_000;

/** The links to every other live node. */
export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #unknown = new UnknownNodes();
  readonly #budget: PeerBudget;
  #closed = false;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
    this.#budget = { bytes: 0, maxBytes: options.maxQueuedBytes ?? 134_217_728 };
    options.fleet.listen({ onJoined: (node) => this.#joined(node), onLeft: (node) => this.#left(node) });
  }

  get count(): number {
    return this.#peers.size;
  }

  /** Live nodes that this one has no stream with. */
  get disconnected(): number {
    let count = 0;
    for (const { link } of this.#peers.values()) if (!link.isConnected) count++;
    return count;
  }

  get queuedBytes(): number {
    return this.#budget.bytes;
  }

  /** To a boot of a node. One that is not known yet is told, once it is, of what it missed; this node itself is no peer. */
  send(node: string, bootEpoch: number, entry: EncodedEntry): void {
    const peer = this.#peers.get(node);
    if (peer?.link.bootEpoch === bootEpoch) {
      peer.link.send(entry);
      this.#dial(peer);
    } else if (node !== this.#options.identity.node && bootEpoch > (peer?.link.bootEpoch ?? 0)) {
      this.#unknown.note(node, bootEpoch, entry.conversation);
    }
  }

  broadcast(entry: EncodedEntry): void {
    for (const peer of this.#peers.values()) {
      peer.link.send(entry);
      this.#dial(peer);
    }
  }

  /** A stream that another node dialed. The first batch must be its hello, for this boot of this node. */
  accept(call: ServerDuplexStream<PeerBatch, readonly EncodedEntry[]>): void {
    let from: string | undefined;
    const stream = new PeerStream(call, false, '', {
      onBatch: (_, batch) => {
        if (from === undefined) from = this.#greet(stream, batch);
        else this.#options.onBatch(batch);
      },
      onEnded: (_, error) => {
        clearTimeout(timer);
        if (from !== undefined) this.#ended(from, stream, error);
      },
    });
    const timer = setTimeout(() => {
      if (from === undefined) stream.cut(status.DEADLINE_EXCEEDED, 'no hello in time');
    }, helloTimeoutMs);
  }

  /** Writes what is queued, ends the streams in order, and lets what was written leave. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const peer of this.#peers.values()) {
      clearTimeout(peer.timer);
      peer.link.close();
    }
    if (this.#peers.size > 0) await new Promise((resolve) => setTimeout(resolve, leaveMs));
    for (const peer of this.#peers.values()) peer.client?.close();
    this.#peers.clear();
  }

  #joined(node: FleetNode): void {
    const peer: Peer = {
      link: new PeerLink(node.name, node.bootEpoch, this.#options.maxQueueBytes ?? 8_388_608, this.#budget),
      address: node.peerAddress,
      client: undefined,
      attempt: 0,
      timer: undefined,
      isDialing: false,
      wasLinked: false,
      hasEnded: false,
    };
    this.#peers.set(node.name, peer);
    const missed = this.#unknown.take(node.name, node.bootEpoch);
    for (const conversation of missed) peer.link.lost(conversation);
    if (missed.length > 0) this.#dial(peer);
    if (this.#options.fleet.size > this.#options.meshNodes) return;
    if (this.#options.identity.node < node.name) this.#dial(peer);
    else peer.timer = setTimeout(() => this.#dial(peer), courtesyMs);
  }

  #left(node: FleetNode): void {
    const peer = this.#peers.get(node.name);
    if (peer === undefined) return;
    this.#peers.delete(node.name);
    clearTimeout(peer.timer);
    peer.link.cut();
    peer.client?.close();
    this.#options.onDoubt(peer.hasEnded ? 'slight' : 'grave');
  }

  /** Opens a stream unless there is one, or one is being opened. */
  #dial(peer: Peer): void {
    if (this.#closed || peer.isDialing || peer.link.isConnected) return;
    clearTimeout(peer.timer);
    const target = dialled(peer.address);
    if (target === undefined) return;
    peer.isDialing = true;
    peer.client ??= new RenewingClient({
      create: Client,
      target,
      credentials: channelCredentials(this.#options.tls),
    });
    const client = peer.client;
    const channel = client.current;
    const { identity } = this.#options;
    const { node, bootEpoch } = peer.link;
    const call = channel.makeBidiStreamRequest(
      peerConnect.path,
      peerConnect.requestSerialize,
      peerConnect.responseDeserialize,
    );
    let isGreeted = false;
    const timer = setTimeout(() => {
      if (isGreeted) return;
      client.renew(channel);
      stream.cut(status.DEADLINE_EXCEEDED, 'no hello in time');
    }, helloTimeoutMs);
    const stream = new PeerStream(call, true, identity.node, {
      onBatch: (_, batch) => {
        if (isGreeted) {
          this.#options.onBatch(batch);
          return;
        }
        isGreeted = true;
        clearTimeout(timer);
        peer.isDialing = false;
        peer.attempt = 0;
        this.#attach(peer, stream);
      },
      onEnded: (_, error) => {
        clearTimeout(timer);
        if (!isGreeted) {
          peer.isDialing = false;
          this.#options.log.debug({ err: error, peer: node }, 'a peer did not answer');
          this.#redial(peer);
        } else this.#ended(node, stream, error);
      },
    });
    stream.write([this.#hello(node, bootEpoch)], () => {});
  }

  #redial(peer: Peer): void {
    if (this.#closed || this.#peers.get(peer.link.node) !== peer) return;
    clearTimeout(peer.timer);
    peer.timer = setTimeout(() => this.#dial(peer), backoffMs(peer.attempt++, { baseMs: 100, maxMs: 2_000 }));
  }

  /** The name of the caller; undefined when it was refused. */
  #greet(stream: PeerStream, batch: PeerBatch): string | undefined {
    const [first, ...rest] = batch.entries;
    const hello = first?.entry?.$case === 'hello' ? first.entry.value : undefined;
    const { identity } = this.#options;
    if (hello === undefined) {
      stream.cut(status.INVALID_ARGUMENT, 'the first entry must be a hello');
      return undefined;
    }
    if (hello.to !== identity.node || hello.toBootEpoch !== identity.bootEpoch) {
      stream.cut(status.FAILED_PRECONDITION, 'this is not the boot that was meant');
      return undefined;
    }
    const peer = this.#peers.get(hello.from);
    if (this.#closed || peer?.link.bootEpoch !== hello.fromBootEpoch) {
      stream.cut(status.UNAVAILABLE, 'this node does not know the caller yet');
      return undefined;
    }
    stream.dialedBy = hello.from;
    stream.write([this.#hello(hello.from, hello.fromBootEpoch)], () => {});
    this.#attach(peer, stream);
    if (rest.length > 0) this.#options.onBatch({ entries: rest });
    return hello.from;
  }

  #attach(peer: Peer, stream: PeerStream): void {
    const isFirst = !peer.link.isConnected;
    peer.link.attach(stream);
    if (!isFirst) return;
    const { log, identity, onDoubt } = this.#options;
    log.info({ peer: peer.link.node }, 'linked with a node');
    const isNew = !peer.wasLinked && peer.link.bootEpoch > identity.bootEpoch + muchLater;
    peer.wasLinked = true;
    peer.hasEnded = false;
    onDoubt(isNew ? 'slight' : 'grave');
  }

  #ended(node: string, stream: PeerStream, error: Error | undefined): void {
    if (stream.isRetired) return;
    const peer = this.#peers.get(node);
    if (peer === undefined || !peer.link.detach(stream)) return;
    this.#options.log.info({ peer: node }, 'the link with a node ended');
    peer.hasEnded = error === undefined;
    this.#options.onDoubt(peer.hasEnded ? 'slight' : 'grave');
    if (this.#options.fleet.size <= this.#options.meshNodes) this.#redial(peer);
  }

  #hello(to: string, toBootEpoch: number): EncodedEntry {
    const { node, bootEpoch } = this.#options.identity;
    return encodeEntry({ $case: 'hello', value: { from: node, fromBootEpoch: bootEpoch, to, toBootEpoch } });
  }
}

/** Undefined for what a node advertises and nobody can dial: its own configuration refuses such an address. */
function dialled(address: string): string | undefined {
  try {
    return targetOf(address);
  } catch {
    return undefined;
  }
}
