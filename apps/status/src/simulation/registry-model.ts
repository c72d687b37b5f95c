import { admissionRate, countMiss, halveHistory, setRate, takeToken } from '../placement/admission.ts';
import { type Chosen, choose } from '../placement/choose.ts';
import { type NodeRecord, nodeStates } from '../placement/node-record.ts';
import type { Rules } from '../placement/rules.ts';
import type { Preference, Strategy, Wish } from '../placement/strategies/strategy.ts';
import type { Report } from '../registry/registry.ts';

export interface ModelNode extends NodeRecord {
  instance: string;
  standing: 'listed' | 'lost' | 'left';
}

interface Reservation {
  nonce: string;
  node: string;
  epoch: number;
  endsAtMs: number;
}

/** Polls further apart mean that the registry was away: reports could not come either. */
const beatMs = 2_000;

/**
 * The registry without Redis and without a clock: the transitions of registry/lua/*.lua on the pure rules of placement/,
 * each given its time. The simulation runs on it; redis-registry.test.ts holds the scripts to it, step by step.
 */
export class RegistryModel {
  readonly nodes = new Map<string, ModelNode>();
  readonly #rules: Rules;
  readonly #holders = new Map<string, Reservation>();
  /** In the order of their ends. */
  #ends: { holder: string; nonce: string; endsAtMs: number }[] = [];

  #polledMs: number | undefined;
  #graceUntilMs = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get listed(): ModelNode[] {
    return [...this.nodes.values()].filter((node) => node.standing === 'listed');
  }

  get reservations(): number {
    return this.#holders.size;
  }

  register(
    node: Pick<ModelNode, 'name' | 'instance' | 'capacity' | 'helloRate' | 'zone' | 'version'> & {
      epoch: number;
    },
    nowMs: number,
  ): void {
    let known = this.nodes.get(node.name);
    if (!known || known.epoch !== node.epoch) {
      known = {
        name: node.name,
        epoch: node.epoch,
        instance: node.instance,
        capacity: node.capacity,
        helloRate: node.helloRate,
        zone: node.zone,
        version: node.version,
        sequence: 0,
        connections: 0,
        reserved: 0,
        leaving: 0,
        state: nodeStates.ready,
        suspect: true,
        leaseUntilMs: 0,
        rate: 1,
        fullAtMs: 0,
        claims: 0,
        misses: 0,
        suspendedUntilMs: 0,
        loopDelayP99Ms: 0,
        freeMemoryBytes: 0,
        reportedAtMs: 0,
        order: 0,
        standing: 'listed',
      };
      this.nodes.set(node.name, known);
    }
    Object.assign(known, {
      capacity: node.capacity,
      helloRate: node.helloRate,
      zone: node.zone,
      version: node.version,
      leaseUntilMs: nowMs + this.#rules.leaseMs,
      standing: 'listed',
    });
    setRate(known, this.#rateOf(known, nowMs), this.#rules, nowMs);
  }

  /** The caller knows that the node is registered with this epoch. */
  report(name: string, report: Report, nowMs: number): void {
    const node = this.nodes.get(name)!;
    if (report.sequence <= node.sequence) return;
    node.sequence = report.sequence;
    node.connections = report.connections;
    node.leaving = report.leaving ?? 0;
    node.state = report.state;
    node.loopDelayP99Ms = report.loopDelayP99Ms;
    node.freeMemoryBytes = report.freeMemoryBytes;
    node.reportedAtMs = nowMs;
    node.suspect = false;
    node.leaseUntilMs = nowMs + this.#rules.leaseMs;
    const used = new Map(report.usedReservations.map((id) => splitReservation(id)));
    for (const [holder, nonce] of used) {
      node.claims += 1;
      const live = this.#holders.get(holder);
      if (live?.nonce !== nonce || live.node !== name || live.epoch !== node.epoch) continue;
      this.#holders.delete(holder);
      node.reserved -= 1;
    }
    if (used.size > 0) halveHistory(node);
    this.#expire(nowMs);
    node.standing = 'listed';
    setRate(node, this.#rateOf(node, nowMs), this.#rules, nowMs);
  }

  place(
    holder: string,
    nonce: string,
    wish: Wish,
    strategy: Strategy,
    nowMs: number,
    preference?: Preference,
  ): Chosen {
    this.#expire(nowMs);
    this.#free(holder, wish.avoid, nowMs);
    const chosen = choose(this.listed, wish, strategy, this.#rules, nowMs, preference);
    const { node } = chosen;
    if (node) {
      node.reserved += 1;
      takeToken(node, nowMs);
      const endsAtMs = nowMs + this.#rules.reservationMs;
      this.#holders.set(holder, { nonce, node: node.name, epoch: node.epoch, endsAtMs });
      this.#ends.push({ holder, nonce, endsAtMs });
    }
    return chosen;
  }

  suspect(name: string, epoch: number, sequence: number): boolean {
    const node = this.nodes.get(name);
    if (node?.standing !== 'listed' || node.epoch !== epoch || node.sequence !== sequence) return false;
    node.suspect = true;
    return true;
  }

  leave(name: string, epoch: number, sequence: number): boolean {
    const node = this.nodes.get(name);
    if (node?.standing !== 'listed' || node.epoch !== epoch || node.sequence !== sequence) return false;
    node.standing = 'left';
    return true;
  }

  /** Ends what has run out. */
  poll(nowMs: number): void {
    if (this.#polledMs === undefined || nowMs - this.#polledMs > beatMs)
      this.#graceUntilMs = nowMs + this.#rules.leaseMs;
    this.#polledMs = nowMs;
    for (const node of this.nodes.values()) {
      if (nowMs >= this.#graceUntilMs && node.standing === 'listed' && node.leaseUntilMs <= nowMs)
        node.standing = 'lost';
    }
    this.#expire(nowMs);
  }

  #free(holder: string, avoid: readonly string[], nowMs: number): void {
    const live = this.#holders.get(holder);
    if (!live) return;
    this.#holders.delete(holder);
    const node = this.nodes.get(live.node);
    if (node?.epoch !== live.epoch) return;
    node.reserved -= 1;
    if (avoid.includes(node.name)) this.#miss(node, nowMs);
  }

  #expire(nowMs: number): void {
    const over = this.#ends.findIndex((end) => end.endsAtMs > nowMs);
    const ended = this.#ends.splice(0, over < 0 ? this.#ends.length : over);
    for (const { holder, nonce } of ended) {
      const live = this.#holders.get(holder);
      if (live?.nonce !== nonce) continue;
      this.#holders.delete(holder);
      const node = this.nodes.get(live.node);
      if (node?.epoch !== live.epoch) continue;
      node.reserved -= 1;
      this.#miss(node, nowMs);
    }
  }

  #miss(node: ModelNode, nowMs: number): void {
    countMiss(node, this.#rules, nowMs, () => {
      if (node.standing !== 'listed') return false;
      const suspended = this.listed.filter((other) => other.suspendedUntilMs > nowMs).length;
      return (suspended + 1) * 2 <= this.listed.length;
    });
  }

  #rateOf(node: ModelNode, nowMs: number): number {
    const listed = this.listed;
    const youngSinceUs = nowMs * 1_000 - this.#rules.rampMs * 1_000;
    const young = listed.filter((other) => other.epoch > youngSinceUs).length;
    return admissionRate(node, { young, listed: listed.length }, this.#rules, nowMs);
  }
}

function splitReservation(id: string): [holder: string, nonce: string] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), id.slice(dot + 1)];
}
