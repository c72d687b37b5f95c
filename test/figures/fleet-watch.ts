import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetAnswer, PlanAnswer } from '@berth/wire/operators';
import type { ClusterDoors } from '../deploy/cluster/doors.ts';

/** The fleet at one moment. */
export interface FleetMoment {
  /** On the clock of this process. */
  atMs: number;
  /** On that of the fleet, by which the planner notes when it decided. */
  fleetMs: number;
  /** Pods that were asked for when the planner looked last. */
  scale: number;
  used: number;
  /** Of the replicas of status, all together. */
  failedPlans: number;
  /** Sessions by node, of those that take new ones. */
  nodes: Map<string, number>;
}

/** Looks at the fleet again and again, at what status tells operators: the API server is away at times. */
export class FleetWatch {
  readonly moments: FleetMoment[] = [];
  /** By when they were made: status tells of the latest only. */
  readonly #decisions = new Map<number, PlanAnswer['decisions'][number]>();
  readonly #doors: ClusterDoors;
  #isStopped = false;
  #watching: Promise<void> | undefined;

  constructor(doors: ClusterDoors) {
    this.#doors = doors;
  }

  start(everyMs = 500): void {
    this.#watching = this.#watch(everyMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#watching;
  }

  /** What the planner has decided, oldest first. */
  get decisions(): PlanAnswer['decisions'] {
    return [...this.#decisions.values()];
  }

  get last(): FleetMoment | undefined {
    return this.moments.at(-1);
  }

  async #watch(everyMs: number): Promise<void> {
    while (!this.#isStopped) {
      // While a replica of status is away there may be nothing to be seen.
      await this.#look().catch(() => {});
      await sleep(everyMs);
    }
  }

  async #look(): Promise<void> {
    const [fleet, { last, decisions }] = await Promise.all([
      this.#doors.askStatus<FleetAnswer>('/v1/fleet'),
      this.#doors.askStatus<PlanAnswer>('/v1/fleet/plan'),
    ]);
    const failedPlans = await this.#doors.failedPlans();
    for (const decision of decisions) this.#decisions.set(decision.atMs, decision);
    const listed = fleet.nodes.filter(({ state }) => state === 'ready');
    this.moments.push({
      ...{ atMs: performance.now(), fleetMs: fleet.nowMs, scale: last?.scale ?? 0 },
      ...{ used: fleet.totals.connections + fleet.totals.reserved, failedPlans },
      nodes: new Map(listed.map(({ name, connections }) => [name, connections])),
    });
  }
}

/** The farthest that a node is from the mean of all, as a part of it. */
export function unevenness(nodes: Iterable<number>): number {
  const counts = [...nodes];
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return Math.max(...counts.map((count) => Math.abs(count - mean))) / mean;
}
