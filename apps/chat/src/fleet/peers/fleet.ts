import { NodeState } from '@berth/contracts/status';

/** A live node as the registry tells it. */
export interface FleetNode {
  name: string;
  bootEpoch: number;
  /** host:port of its PeerService. */
  peerAddress: string;
  state?: NodeState;
}

export interface FleetListener {
  onJoined(node: FleetNode): void;
  /** Its lease ended, or another boot took its name. */
  onLeft(node: FleetNode): void;
}

/** Every other live node, by the registry's last word; stays as it was while the registry is away. */
export class Fleet {
  readonly #self: string;
  readonly #nodes = new Map<string, FleetNode>();
  readonly #listeners: FleetListener[] = [];
  #version = -1;

  constructor(self: string) {
    this.#self = self;
  }

  listen(listener: FleetListener): void {
    this.#listeners.push(listener);
  }

  get size(): number {
    return this.#nodes.size;
  }

  nodes(): IterableIterator<FleetNode> {
    return this.#nodes.values();
  }

  /** How many of them send their sessions away. */
  get draining(): number {
    return [...this.#nodes.values()].filter(({ state }) => state === NodeState.NODE_STATE_DRAINING).length;
  }

  /** Whether that boot of the node is live; this node itself is not in its own view. */
  has(name: string, bootEpoch: number): boolean {
    return this.#nodes.get(name)?.bootEpoch === bootEpoch;
  }

  get(name: string): FleetNode | undefined {
    return this.#nodes.get(name);
  }

  /** Takes a whole view; an older one than the last is ignored. */
  update(version: number, nodes: readonly FleetNode[]): void {
    if (version < this.#version) return;
    this.#version = version;
    const others = new Map(nodes.filter(({ name }) => name !== this.#self).map((node) => [node.name, node]));
    for (const [name, node] of this.#nodes) {
      if (others.get(name)?.bootEpoch === node.bootEpoch) continue;
      this.#nodes.delete(name);
      for (const listener of this.#listeners) listener.onLeft(node);
    }
    for (const [name, node] of others) {
      const known = this.#nodes.get(name);
      this.#nodes.set(name, node);
      if (known === undefined) for (const listener of this.#listeners) listener.onJoined(node);
    }
  }

  /** Views are numbered by the registry replica that sends them; another one may count differently. */
  expectAnyVersion(): void {
    this.#version = -1;
  }
}
