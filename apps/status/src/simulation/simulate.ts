import { EventQueue } from './event-queue.ts';
import { createPolicy, type Policy, type PolicyName } from './policies.ts';
import { createSeededRandom } from './seeded-random.ts';

/** A world in which clients log in; times in ms from its begin. */
export interface Scenario {
  name: string;
  nodes: number;
  capacity: number;
  /** Connections that each node begins with. */
  initial: number;
  /** Log-ins per second, and when they begin and end. */
  logins: { perSecond: number; fromMs: number; untilMs: number };
  /** The first node dies: its clients come back within 2 s. */
  deathAtMs?: number;
  /** This many fresh nodes join. */
  scaleOut?: { atMs: number; nodes: number };
  /** The first node goes on reporting, but nobody gets in any more. */
  wedgedAtMs?: number;
  endMs: number;
}

export interface Outcome {
  /** Between the fullest and the emptiest healthy node at the end, in connections. */
  spread: number;
  /** Log-ins that one node had to take within one second, at most. */
  worstIntake: number;
  refusals: number;
  /** Attempts that were sent to a node that did not take them. */
  lost: number;
  /** When the last client was in; undefined: some are not. */
  allInMs: number | undefined;
}

interface WorldNode {
  name: string;
  connections: number;
  alive: boolean;
  wedged: boolean;
  used: string[];
  intake: Map<number, number>;
}

const reportMs = 1_000;
const connectMs = { from: 50, to: 250 };
const connectTimeoutMs = 2_000;

/** Runs the scenario under the policy; the same seed gives the same outcome. */
export function simulate(scenario: Scenario, policyName: PolicyName, seed: number): Outcome {
  return new World(scenario, policyName, seed).run();
}

class World {
  readonly #scenario: Scenario;
  readonly #events = new EventQueue();
  readonly #random: () => number;
  readonly #policy: Policy;
  readonly #nodes = new Map<string, WorldNode>();
  #user = 0;
  #waiting = 0;
  #refusals = 0;
  #lost = 0;
  #lastInMs = 0;

  constructor(scenario: Scenario, policyName: PolicyName, seed: number) {
    this.#scenario = scenario;
    this.#random = createSeededRandom(seed);
    this.#policy = createPolicy(policyName, createSeededRandom(seed + 1));
  }

  run(): Outcome {
    const { nodes, initial, logins, deathAtMs, scaleOut, wedgedAtMs, endMs } = this.#scenario;
    for (let at = 0; at < nodes; at++) this.#join(`n${at}`, initial);
    // The fleet has been there for a while.
    this.#events.run(60_000);
    const beginMs = this.#events.nowMs;
    const count = Math.round((logins.perSecond * (logins.untilMs - logins.fromMs)) / 1_000);
    for (let login = 0; login < count; login++) {
      const atMs = logins.fromMs + this.#random() * (logins.untilMs - logins.fromMs);
      this.#events.at(beginMs + atMs, () => this.#arrive());
    }
    const first = this.#nodes.get('n0')!;
    if (deathAtMs !== undefined) this.#events.at(beginMs + deathAtMs, () => this.#die(first));
    if (wedgedAtMs !== undefined) {
      this.#events.at(beginMs + wedgedAtMs, () => {
        first.wedged = true;
      });
    }
    if (scaleOut) {
      this.#events.at(beginMs + scaleOut.atMs, () => {
        for (let at = 0; at < scaleOut.nodes; at++) this.#join(`fresh${at}`, 0);
      });
    }
    this.#events.run(beginMs + endMs);
    const healthy = [...this.#nodes.values()].filter((node) => node.alive && !node.wedged);
    const counts = healthy.map((node) => node.connections);
    return {
      spread: Math.max(...counts) - Math.min(...counts),
      worstIntake: Math.max(...[...this.#nodes.values()].flatMap((node) => [0, ...node.intake.values()])),
      refusals: this.#refusals,
      lost: this.#lost,
      allInMs: this.#waiting === 0 ? Math.round(this.#lastInMs - beginMs) : undefined,
    };
  }

  #join(name: string, connections: number): void {
    const node = { name, connections, alive: true, wedged: false, used: [], intake: new Map() };
    this.#nodes.set(name, node);
    this.#policy.join(name, this.#scenario.capacity, this.#events.nowMs);
    this.#report(node);
    this.#events.after(this.#random() * reportMs, () => this.#reportOn(node));
  }

  #reportOn(node: WorldNode): void {
    if (!node.alive) return;
    this.#report(node);
    this.#events.after(reportMs * (0.8 + 0.4 * this.#random()), () => this.#reportOn(node));
  }

  #report(node: WorldNode): void {
    this.#policy.report(node.name, node.connections, node.used, this.#events.nowMs);
    node.used = [];
  }

  #die(node: WorldNode): void {
    node.alive = false;
    this.#policy.broken(node.name);
    for (let client = 0; client < node.connections; client++) {
      this.#waiting += 1;
      const user = this.#user++;
      this.#events.after(this.#random() * 2_000, () => this.#place(user, [node.name]));
    }
    node.connections = 0;
  }

  #arrive(): void {
    this.#waiting += 1;
    this.#place(this.#user++, []);
  }

  #place(user: number, avoid: readonly string[]): void {
    const placement = this.#policy.place(user, avoid, this.#events.nowMs);
    if ('retryAfterMs' in placement) {
      this.#refusals += 1;
      this.#events.after(placement.retryAfterMs, () => this.#place(user, avoid));
      return;
    }
    const node = this.#nodes.get(placement.node)!;
    const delayMs = connectMs.from + this.#random() * (connectMs.to - connectMs.from);
    this.#events.after(delayMs, (nowMs) => {
      if (!node.alive || node.wedged) {
        this.#lost += 1;
        this.#events.after(connectTimeoutMs, () => this.#place(user, [...avoid, node.name].slice(-16)));
        return;
      }
      const second = Math.floor(nowMs / 1_000);
      node.intake.set(second, (node.intake.get(second) ?? 0) + 1);
      node.connections += 1;
      node.used.push(placement.reservation);
      this.#waiting -= 1;
      this.#lastInMs = nowMs;
    });
  }
}
