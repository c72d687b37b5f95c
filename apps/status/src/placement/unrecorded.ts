import type { NodeRecord } from './node-record.ts';

interface Kept {
  node: NodeRecord;
  /** By holder, the one that was placed first to come first: when its ticket ends. */
  ends: Map<string, number>;
}

/**
 * Places that were given while the registry could not take them down, one of each holder. Each counts until its node has so many
 * more connections, or its ticket has ended: a report alone says nothing of those who are on their way.
 */
export class UnrecordedPlaces {
  readonly #placeMs: number;
  /** By boot. */
  readonly #nodes = new Map<string, Kept>();
  readonly #holders = new Map<string, Kept>();

  constructor(placeMs: number) {
    this.#placeMs = placeMs;
  }

  /** One more on this node; what the holder was given before counts no more. */
  add(node: NodeRecord, holder: string, nowMs: number): void {
    const former = this.#holders.get(holder);
    if (former) this.#end(former, [holder]);
    const kept = this.#keptOf(node, nowMs);
    kept.ends.set(holder, nowMs + this.#placeMs);
    this.#holders.set(holder, kept);
    node.reserved = kept.ends.size;
  }

  /** The node tells of its connections. */
  observe(node: NodeRecord, connections: number, nowMs: number): void {
    const kept = this.#keptOf(node, nowMs);
    const over = [...kept.ends].filter(([, end]) => end <= nowMs).map(([holder]) => holder);
    this.#end(kept, over);
    this.#end(kept, [...kept.ends.keys()].slice(0, Math.max(0, connections - node.connections)));
    node.connections = connections;
  }

  /** The registry counts again. */
  forget(): void {
    this.#nodes.clear();
    this.#holders.clear();
  }

  #end({ node, ends }: Kept, holders: readonly string[]): void {
    for (const holder of holders) {
      ends.delete(holder);
      this.#holders.delete(holder);
    }
    node.reserved = ends.size;
  }

  /** Those that the registry had taken down last, of whose holders and ends nothing is known here, are taken for new ones. */
  #keptOf(node: NodeRecord, nowMs: number): Kept {
    const boot = `${node.name} ${node.epoch}`;
    let kept = this.#nodes.get(boot);
    if (kept === undefined) {
      const unknown = Array.from({ length: node.reserved }, (_, at): [string, number] => [
        `${boot} ${at}`,
        nowMs + this.#placeMs,
      ]);
      kept = { node, ends: new Map(unknown) };
      this.#nodes.set(boot, kept);
    }
    return kept;
  }
}
