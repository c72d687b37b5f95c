import type { Command, StatusMessage } from '@berth/contracts/status';
import { BerthError } from '@berth/wire';
import type { NodeOrder } from '../placement/node-record.ts';
import { effectiveState, type FleetView, type PeerList } from '../registry/fleet-view.ts';
import type { NewsItem } from '../registry/registry.ts';
import type { NodeStream } from './node-stream.ts';

/** The Report streams of this replica: hands peers, revocations and orders on to their nodes. */
export class NodeStreams {
  readonly #view: FleetView;
  readonly #streams = new Set<NodeStream>();
  #closing = false;

  constructor(view: FleetView) {
    this.#view = view;
    view.onPeers = (peers) => this.#broadcast(peers);
    view.onNews = (item) => this.#deliver(item);
  }

  get size(): number {
    return this.#streams.size;
  }

  /** A closing status marks nobody suspect. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Adds a registered node's stream and sends what it has to know: its order, what it missed, its peers. */
  add(stream: NodeStream, { order, newsAfter }: { order: NodeOrder; newsAfter: string }): void {
    this.#streams.add(stream);
    if (order !== 'none') stream.send(orderMessage(order));
    if (this.#view.peers) stream.send(fleetMessage(this.#view.peers));
    const missed = this.#view.newsSince(newsAfter).filter((item) => item.kind === 'revocation');
    stream.replay(missed.values().map(revocationMessage));
    this.#view.readSoon();
  }

  remove(stream: NodeStream): void {
    stream.close();
    this.#streams.delete(stream);
  }

  /** To the nodes of this replica at once; the others get it by the news. */
  revoke(item: NewsItem & { kind: 'revocation' }): void {
    this.#deliver(item);
  }

  close(): void {
    this.#closing = true;
    for (const stream of this.#streams) {
      stream.cut(new BerthError('unavailable', 'This status replica shuts down; register with another.'));
    }
  }

  #broadcast(peers: PeerList): void {
    if (this.#streams.size === 0) return;
    const message = fleetMessage(peers);
    for (const stream of this.#streams) stream.send(message);
  }

  #deliver(item: NewsItem): void {
    if (item.kind === 'revocation') {
      const message = revocationMessage(item);
      for (const stream of this.#streams) stream.send(message);
      return;
    }
    for (const stream of this.#streams) {
      if (stream.name !== item.body.node || stream.bootEpoch !== item.body.bootEpoch) continue;
      if (item.kind === 'order') stream.send(orderMessage(item.body.order));
      else if (item.kind === 'move') stream.send(moveMessage(item.body));
    }
  }
}

function fleetMessage({ version, nodes }: PeerList): StatusMessage {
  const peers = nodes.map((node) => ({
    name: node.name,
    bootEpoch: node.epoch,
    peerAddress: node.address.peerAddress,
    state: effectiveState(node) as 1 | 2 | 3,
  }));
  return { message: { $case: 'fleet', value: { version, peers } } };
}

function revocationMessage(item: NewsItem & { kind: 'revocation' }): StatusMessage {
  return { message: { $case: 'revocation', value: { ...item.body, id: item.id } } };
}

function moveMessage({ sessions, avoid = [] }: { sessions: number; avoid?: string[] }): StatusMessage {
  const value = { rate: 0, reason: 'rebalance', sessions, avoid };
  return { message: { $case: 'command', value: { command: { $case: 'drain', value } } } };
}

function orderMessage(order: NodeOrder): StatusMessage {
  const command: Command['command'] =
    order === 'drain'
      ? { $case: 'drain', value: { rate: 0, reason: 'ordered', sessions: 0, avoid: [] } }
      : { $case: 'cordon', value: order === 'cordon' };
  return { message: { $case: 'command', value: { command } } };
}
