import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterDoors } from '../deploy/cluster/doors.ts';
import type { TestCluster } from '../deploy/cluster/test-cluster.ts';

/** The fleet at one moment. */
export interface FleetMoment {
  /** On the clock of this process. */
  atMs: number;
  /** Pods that are asked for. */
  scale: number;
  used: number;
  /** Sessions by node, of those that take new ones. */
  nodes: Map<string, number>;
}

/** Looks at the fleet again and again: at what is asked of Kubernetes, and at what status tells operators. */
export class FleetWatch {
  readonly moments: FleetMoment[] = [];
  readonly #cluster: TestCluster;
  readonly #doors: ClusterDoors;
  #isStopped = false;
  #watching: Promise<void> | undefined;

  constructor(cluster: TestCluster, doors: ClusterDoors) {
    this.#cluster = cluster;
    this.#doors = doors;
  }

  start(everyMs = 500): void {
    this.#watching = this.#watch(everyMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#watching;
  }

  get last(): FleetMoment | undefined {
    return this.moments.at(-1);
  }

  async #watch(everyMs: number): Promise<void> {
    while (!this.#isStopped) {
      // While the API server or a replica of status is away there is nothing to be seen.
      await this.#look().catch(() => {});
      await sleep(everyMs);
    }
  }

  async #look(): Promise<void> {
    const [printed, fleet] = await Promise.all([
      this.#cluster.kubectl(
        ['get', 'deployment', 'berth-chat', '-n', this.#doors.namespace, '-o', 'jsonpath={.spec.replicas}'],
        undefined,
        5_000,
      ),
      this.#doors.askStatus<Fleet>('/v1/fleet'),
    ]);
    const listed = fleet.nodes.filter(({ state }) => state === 'ready');
    this.moments.push({
      ...{ atMs: performance.now(), scale: Number(printed) },
      used: fleet.totals.connections + fleet.totals.reserved,
      nodes: new Map(listed.map(({ name, connections }) => [name, connections])),
    });
  }
}

interface Fleet {
  totals: { connections: number; reserved: number };
  nodes: { name: string; state: string; connections: number }[];
}

/** The farthest that a node is from the mean of all, as a part of it. */
export function unevenness(nodes: Iterable<number>): number {
  const counts = [...nodes];
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return Math.max(...counts.map((count) => Math.abs(count - mean))) / mean;
}
