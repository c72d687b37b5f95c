import { LuaScript, type Redis } from '@berth/redis';
import type { KubernetesLease } from './kubernetes-lease.ts';
import type { PlannerRecord } from './plan-types.ts';

const keys = ['{berth}:planner-leader', '{berth}:planner-memory'];
const scripts = {
  lead: new LuaScript<[0] | [1, string]>(new URL('./lead.lua', import.meta.url)),
  remember: new LuaScript<number>(new URL('./remember.lua', import.meta.url)),
};

/** One replica plans at a time; what it remembers outlives it. */
export class Leadership {
  readonly #redis: Redis;
  readonly #replica: string;
  readonly #leaseMs: number;
  readonly #lease: KubernetesLease | undefined;

  /** `lease`: on a cluster it says who leads; Redis then only refuses what one remembers who leads no more. */
  constructor(redis: Redis, replica: string, leaseMs: number, lease?: KubernetesLease) {
    this.#redis = redis;
    this.#replica = replica;
    this.#leaseMs = leaseMs;
    this.#lease = lease;
  }

  /** The memory when this replica leads for another lease; undefined when another does. */
  async lead(): Promise<PlannerRecord | undefined> {
    if (this.#lease && !(await this.#lease.hold())) return undefined;
    const [leads, memory] = await scripts.lead.run(this.#redis, keys, [this.#replica, this.#leaseMs]);
    if (leads === 0) return undefined;
    return memory === '' ? {} : (JSON.parse(memory!) as PlannerRecord);
  }

  /** What whoever leads has planned; empty before the first plan. */
  async read(): Promise<PlannerRecord> {
    const memory = await this.#redis.get(keys[1]!);
    return memory === null ? {} : (JSON.parse(memory) as PlannerRecord);
  }

  /** False: another leads by now, and nothing was kept. */
  async remember(memory: PlannerRecord): Promise<boolean> {
    const args = [this.#replica, JSON.stringify(memory)];
    return (await scripts.remember.run(this.#redis, keys, args)) === 1;
  }
}
