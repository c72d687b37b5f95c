import { defaultRules, type Rules } from '../placement/rules.ts';
import { strategies } from '../placement/strategies/strategies.ts';
import { RegistryModel } from './registry-model.ts';

/** How log-ins are placed; told what a registry would be told, and nothing else. */
export interface Policy {
  readonly name: string;
  join(node: string, capacity: number, nowMs: number): void;
  report(node: string, connections: number, used: string[], nowMs: number): void;
  /** The node's stream broke (a crash closes its sockets). */
  broken(node: string): void;
  place(user: number, avoid: readonly string[], nowMs: number): Placement;
}

export type Placement = { node: string; reservation: string } | { retryAfterMs: number };

export const policyNames = ['berth', 'least-reported', 'p2c', 'random'] as const;
export type PolicyName = (typeof policyNames)[number];

export function createPolicy(name: PolicyName, random: () => number): Policy {
  return name === 'berth' ? new BerthPolicy(random) : new ReportedPolicy(name, random);
}

/** The rules of production, on the model that the scripts are held to. */
class BerthPolicy implements Policy {
  readonly name = 'berth';
  readonly #rules: Rules = { ...defaultRules, admissionRate: 150 };
  readonly #model = new RegistryModel(this.#rules);
  readonly #random: () => number;
  readonly #sequences = new Map<string, number>();
  #nonce = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  join(node: string, capacity: number, nowMs: number): void {
    const epoch = nowMs * 1_000;
    this.#model.register(
      { name: node, instance: node, epoch, capacity, helloRate: 0, zone: '', version: '' },
      nowMs,
    );
    this.report(node, 0, [], nowMs);
  }

  report(node: string, connections: number, used: string[], nowMs: number): void {
    const sequence = (this.#sequences.get(node) ?? 0) + 1;
    this.#sequences.set(node, sequence);
    this.#model.report(
      node,
      { sequence, connections, state: 1, loopDelayP99Ms: 5, freeMemoryBytes: 1, usedReservations: used },
      nowMs,
    );
  }

  broken(node: string): void {
    const { epoch, sequence } = this.#model.nodes.get(node)!;
    this.#model.suspect(node, epoch, sequence);
  }

  place(user: number, avoid: readonly string[], nowMs: number): Placement {
    this.#model.poll(nowMs);
    const wish = { userId: user, deviceClass: 'web', zone: '', version: '', avoid };
    const nonce = String(this.#nonce++);
    const { node, nextAtMs } = this.#model.place(
      `${user}.web`,
      nonce,
      wish,
      strategies['least-connections'],
      nowMs,
    );
    if (node) return { node: node.name, reservation: `${user}.web.${nonce}` };
    const leastMs = Math.min(5_000, Math.max(250, nextAtMs === undefined ? 1_000 : nextAtMs - nowMs));
    return { retryAfterMs: leastMs * (1 + this.#random()) };
  }
}

interface Reported {
  capacity: number;
  connections: number;
  leaseUntilMs: number;
  broken: boolean;
}

/** What goes by the last reports alone. */
class ReportedPolicy implements Policy {
  readonly name: Exclude<PolicyName, 'berth'>;
  readonly #random: () => number;
  readonly #nodes = new Map<string, Reported>();

  constructor(name: Exclude<PolicyName, 'berth'>, random: () => number) {
    this.name = name;
    this.#random = random;
  }

  join(node: string, capacity: number, nowMs: number): void {
    const leaseUntilMs = nowMs + defaultRules.leaseMs;
    this.#nodes.set(node, { capacity, connections: 0, leaseUntilMs, broken: false });
  }

  report(node: string, connections: number, _used: string[], nowMs: number): void {
    Object.assign(this.#nodes.get(node)!, {
      connections,
      leaseUntilMs: nowMs + defaultRules.leaseMs,
      broken: false,
    });
  }

  broken(node: string): void {
    this.#nodes.get(node)!.broken = true;
  }

  place(_user: number, avoid: readonly string[], nowMs: number): Placement {
    const there = [...this.#nodes]
      .map(([name, node]) => ({ name, ...node }))
      .filter((node) => !node.broken && node.leaseUntilMs > nowMs && node.connections < node.capacity)
      .filter((node) => !avoid.includes(node.name));
    if (there.length === 0) return { retryAfterMs: 1_000 * (1 + this.#random()) };
    const drawn = () => there[Math.floor(this.#random() * there.length)]!;
    const among = { 'least-reported': () => there, p2c: () => [drawn(), drawn()], random: () => [drawn()] };
    const best = among[this.name]().reduce((least, node) =>
      node.connections / node.capacity < least.connections / least.capacity ? node : least,
    );
    return { node: best.name, reservation: '' };
  }
}
