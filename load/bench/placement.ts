import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createRedis, type Redis } from '@berth/redis';
import { PlacementQueue, RedisRegistry } from '@berth/status/app';
import { parseStatusConfig } from '@berth/status/config';
import { startRedis } from '@berth/stores';
import { median } from './table.ts';

export interface PlacementMeasure {
  /** Placements a second with `nodes` nodes that all report, on one connection. */
  picks: number;
  /** Reports a second taken meanwhile. */
  reports: number;
  /** What the same client reaches with the smallest script that writes, on the same number of calls in flight. */
  ceiling: number;
  /** (picks + reports) / ceiling. */
  ratio: number;
  /** Worst distance of a chosen node's load from the least load of the fleet, as a part of capacity. */
  worstGap: number;
}

export interface PlacementOptions {
  nodes?: number;
  /** Requests on their way at a time. */
  inFlight?: number;
  /** Length of each part of the measurement. */
  ms?: number;
}

/**
 * Places as fast as one status replica can, on a real Redis: each placement reserves, each node reports once a second
 * its count and which reservations were used. The bare ceiling is measured in the same process and on the same server.
 */
export async function measurePlacement({
  nodes = 1_000,
  inFlight = 512,
  ms = 2_000,
}: PlacementOptions = {}): Promise<PlacementMeasure> {
  const server = await startRedis();
  const redis = createRedis(server.url, { commandTimeoutMs: 10_000 });
  try {
    const fleet = await Fleet.register(redis, nodes);
    const ceiling = await measureCeiling(redis, inFlight, ms);
    await fleet.place(inFlight, ms / 4);
    const { picks, reports, worstGap } = await fleet.place(inFlight, ms);
    return { picks, reports, ceiling, ratio: (picks + reports) / ceiling, worstGap };
  } finally {
    redis.disconnect();
    await server.kill();
  }
}

/** ioredis with pipelining on its own: calls of a script with one write, each with arguments as a placement has. */
async function measureCeiling(redis: Redis, inFlight: number, ms: number): Promise<number> {
  const sha = (await redis.script('LOAD', "redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]")) as string;
  const request = '1234567.web\tabcdefghijkl\t\t\t\t\t';
  return rateOf(inFlight, ms, (index) => redis.evalsha(sha, 1, `bench:${index % 10_000}`, request));
}

/** Calls a second, `inFlight` of them at a time. */
async function rateOf(
  inFlight: number,
  ms: number,
  run: (index: number) => Promise<unknown>,
): Promise<number> {
  const begun = performance.now();
  const until = begun + ms;
  let done = 0;
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) {
        await run(next++);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - begun) / 1_000);
}

interface BenchNode {
  epoch: number;
  sequence: number;
  connections: number;
  used: string[];
}

const capacity = 20_000;

class Fleet {
  readonly #registry: RedisRegistry;
  readonly #queue: PlacementQueue;
  readonly #nodes = new Map<string, BenchNode>();
  #user = 0;

  private constructor(registry: RedisRegistry) {
    this.#registry = registry;
    this.#queue = new PlacementQueue({ registry, order: 'least' });
  }

  static async register(redis: Redis, count: number): Promise<Fleet> {
    const { rules } = parseStatusConfig({
      REDIS_URL: 'redis://unused',
      GRPC_HOST: '127.0.0.1',
      TICKET_SECRET: randomBytes(32).toString('hex'),
      ADMISSION_RATE: '1000000',
    });
    const fleet = new Fleet(new RedisRegistry(redis, rules));
    for (let index = 0; index < count; index++) {
      const name = `10-0-${Math.floor(index / 250)}-${index % 250}`;
      const answer = await fleet.#registry.register({
        name,
        bootEpoch: 0,
        instance: name,
        capacity,
        helloRate: 0,
        zone: '',
        version: '',
        address: {
          peerAddress: `${name}:50055`,
          clientHost: 'chat.example',
          clientPort: 8090,
          clientUrl: '',
        },
      });
      if (answer.superseded) throw new Error(`${name} could not be registered`);
      fleet.#nodes.set(name, { epoch: answer.bootEpoch, sequence: 0, connections: 0, used: [] });
      await fleet.#report(name);
    }
    return fleet;
  }

  async place(inFlight: number, ms: number): Promise<{ picks: number; reports: number; worstGap: number }> {
    let reports = 0;
    let at = 0;
    const names = [...this.#nodes.keys()];
    const began = performance.now();
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1_000) * names.length);
      for (; at < due; at++) {
        reports += 1;
        void this.#report(names[at % names.length]!);
      }
    }, 5);
    const picks = await rateOf(inFlight, ms, () => this.#pick());
    clearInterval(timer);
    return { picks, reports: reports / (ms / 1_000), worstGap: await this.#gap() };
  }

  async #pick(): Promise<void> {
    const user = ++this.#user;
    const nonce = `bench-${user.toString(36)}`;
    const holder = `${user}.web`;
    const { chosen } = await this.#queue.place({
      holder,
      nonce,
      wish: { userId: user, deviceClass: 'web', zone: '', version: '', avoid: [] },
    });
    if (!chosen) throw new Error('nobody was free');
    const node = this.#nodes.get(chosen.name)!;
    node.connections += 1;
    node.used.push(`${holder}.${nonce}`);
  }

  async #report(name: string): Promise<void> {
    const node = this.#nodes.get(name)!;
    const usedReservations = node.used;
    node.used = [];
    node.sequence += 1;
    await this.#registry.report(name, node.epoch, {
      sequence: node.sequence,
      connections: node.connections,
      state: 1,
      loopDelayP99Ms: 5,
      freeMemoryBytes: 1e9,
      usedReservations,
    });
  }

  /** All placed one after the other on the least loaded: the fleet's loads differ by no more than one place. */
  async #gap(): Promise<number> {
    const { nodes } = await this.#registry.fleet();
    const loads = nodes.map((node) => (node.connections + node.reserved) / node.capacity);
    return Math.max(...loads) - Math.min(...loads);
  }
}

if (import.meta.main) {
  const rounds: PlacementMeasure[] = [];
  for (let round = 0; round < 5; round++) rounds.push(await measurePlacement());
  const middle = (of: keyof PlacementMeasure) => median(rounds.map((measure) => measure[of]));
  console.log(`1,000 nodes, node ${process.version}, median of ${rounds.length} rounds`);
  console.log(`placements/s       ${Math.round(middle('picks')).toLocaleString('en')}`);
  console.log(`reports/s          ${Math.round(middle('reports')).toLocaleString('en')}`);
  console.log(`ioredis ceiling/s  ${Math.round(middle('ceiling')).toLocaleString('en')}`);
  console.log(`ratio              ${middle('ratio').toFixed(2)}`);
  console.log(`widest load gap    ${(100 * middle('worstGap')).toFixed(3)} % of capacity`);
}
