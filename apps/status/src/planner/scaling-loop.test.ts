import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { defaultRules } from '../placement/rules.ts';
import { RedisRegistry } from '../registry/redis-registry.ts';
import type { FleetEvent } from './fleet-events.ts';
import { Leadership } from './leadership.ts';
import { defaultPlanPolicy } from './plan-types.ts';
import type { Scaler } from './scaler.ts';
import { ScalingLoop } from './scaling-loop.ts';

const stores = useRedis();
beforeEach(() => stores.redis.flushall());

/** A cluster that notes what it is told. */
class NotedScaler implements Scaler {
  scale: number;
  marked: string[] = [];
  fail = false;

  constructor(scale: number) {
    this.scale = scale;
  }

  async readScale(): Promise<number> {
    if (this.fail) throw new Error('the cluster is away');
    return this.scale;
  }

  async writeScale(from: number, to: number): Promise<void> {
    assert.equal(from, this.scale);
    this.scale = to;
  }

  async markFirstToGo(node: string): Promise<void> {
    this.marked.push(node);
  }
}

const log = createLog('status', 'error', { write: () => {} });
const policy = { ...defaultPlanPolicy, min: 1, calmMs: 0 };
const registration = (name: string) => ({
  ...{ name, bootEpoch: 0, instance: name, capacity: 100, helloRate: 0, zone: '', version: '' },
  address: { peerAddress: 'p:1', clientHost: 'c', clientPort: 1, clientUrl: 'ws://c' },
});

async function withLoop(
  scaler: Scaler,
  run: (registry: RedisRegistry, outcomes: string[], told: FleetEvent[]) => Promise<void>,
): Promise<void> {
  const registry = new RedisRegistry(stores.redis, defaultRules);
  const outcomes: string[] = [];
  const told: FleetEvent[] = [];
  const loops = ['one', 'two'].map(
    (replica) =>
      new ScalingLoop({
        ...{ registry, scaler, policy, log, everyMs: 10, replica },
        events: { record: (event) => told.push(event) },
        leadership: new Leadership(stores.redis, replica, 60_000),
        onPlan: (outcome) => outcomes.push(`${replica} ${outcome}`),
      }),
  );
  for (const loop of loops) loop.start();
  try {
    await run(registry, outcomes, told);
  } finally {
    for (const loop of loops) await loop.close();
  }
}

async function enter(
  registry: RedisRegistry,
  name: string,
  connections: number,
): Promise<(state: number, count: number) => Promise<void>> {
  const answer = await registry.register(registration(name));
  assert.ok(!answer.superseded);
  let sequence = 0;
  const report = async (state: number, count: number) => {
    sequence += 1;
    await registry.report(name, answer.bootEpoch, {
      ...{ sequence, connections: count, state, loopDelayP99Ms: 1, freeMemoryBytes: 1, usedReservations: [] },
    });
  };
  await report(1, connections);
  return report;
}

test('a fleet that has just been made gets its least number without waiting for a round', async () => {
  const scaler = new NotedScaler(1);
  const hourMs = 3_600_000;
  const leastOfAll = { ...policy, min: 2 };
  const loop = new ScalingLoop({
    ...{ registry: new RedisRegistry(stores.redis, defaultRules), scaler, log },
    ...{ policy: leastOfAll, everyMs: 20_000, leadership: new Leadership(stores.redis, 'one', hourMs) },
  });
  const begun = performance.now();
  loop.start();
  try {
    await eventually('there are two', () => scaler.scale === 2);
    assert.ok(performance.now() - begun < 20_000 * 0.8);
  } finally {
    await loop.close();
  }
});

test('what nodes report is met in the next round, 2.4 s later at most', async (t) => {
  const scaler = new NotedScaler(2);
  const registry = new RedisRegistry(stores.redis, defaultRules);
  let planned = Promise.withResolvers<void>();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const loop = new ScalingLoop({
    ...{ registry, scaler, policy: { ...policy, min: 2 }, log },
    leadership: new Leadership(stores.redis, 'one', 3_600_000),
    onPlan: () => planned.resolve(),
  });
  /** Lets so much time pass, and what is due then be done. */
  const pass = async (ms: number) => {
    planned = Promise.withResolvers<void>();
    t.mock.timers.tick(ms);
    await planned.promise;
    await new Promise((resolve) => setImmediate(resolve));
  };
  loop.start();
  await pass(2_400);
  assert.equal(scaler.scale, 2);
  await enter(registry, 'a', 100);
  await enter(registry, 'b', 100);
  await pass(2_400);
  assert.equal(scaler.scale, 3);
  t.mock.timers.reset();
  await loop.close();
});

test('a fleet that is too small is scaled out, by one replica at a time', async () => {
  const scaler = new NotedScaler(2);
  await withLoop(scaler, async (registry, outcomes, told) => {
    await enter(registry, 'a', 100);
    await enter(registry, 'b', 100);
    await eventually('scaled', () => scaler.scale === 3);
    await eventually('planned on', () => outcomes.length > 10);
    assert.equal(new Set(outcomes).size, 1, 'one leads');
    assert.deepEqual(
      told.map(({ reason }) => reason),
      ['LeaderChanged', 'ScaledOut'],
    );
    assert.match(told[1]!.message, /^from 2 to 3 chat nodes \(.+\)$/);
  });
});

test('a fleet that is too large is emptied and scaled in by one', async () => {
  const scaler = new NotedScaler(2);
  await withLoop(scaler, async (registry) => {
    await enter(registry, 'a', 20);
    const report = await enter(registry, 'b', 10);
    const orderOfB = async () => (await registry.fleet()).nodes.find((node) => node.name === 'b')!.order;
    await eventually('cordoned', async () => (await orderOfB()) === 1);
    await report(2, 10);
    await eventually('drained', async () => (await orderOfB()) === 2);
    assert.equal(scaler.scale, 2, 'not while someone is on it');
    await report(3, 0);
    await eventually('removed', () => scaler.scale === 1);
    const { decisions } = await new Leadership(stores.redis, 'reader', 500).read();
    assert.deepEqual(
      decisions!.map(({ why }) => why.replace(/\d+ s:/, '0 s:')),
      [
        'one pod fewer has been enough for 0 s: b is to go',
        'b is to go: 10 sessions move',
        'b is empty: 2 → 1',
      ],
    );
    assert.deepEqual(scaler.marked, ['b']);
  });
});

test('a cluster that cannot be reached is asked again', async () => {
  const scaler = new NotedScaler(1);
  scaler.fail = true;
  await withLoop(scaler, async (registry, outcomes) => {
    await enter(registry, 'a', 100);
    await eventually('failed', () => outcomes.some((outcome) => outcome.endsWith('failed')));
    scaler.fail = false;
    await eventually('scaled', () => scaler.scale === 2);
  });
});

test('a replica whose place another one has taken tells nobody what it wanted', async () => {
  const leads = [true, true, false, false, true];
  const turns: string[] = [];
  const loop = new ScalingLoop({
    ...{ registry: new RedisRegistry(stores.redis, defaultRules), scaler: new NotedScaler(1), policy, log },
    everyMs: 1,
    leadership: {
      lead: async () => (leads.shift() ? {} : undefined),
      remember: async () => true,
    } as unknown as Leadership,
    onPlan: (outcome) => turns.push(outcome),
    onFollow: () => turns.push('follows'),
  });
  loop.start();
  try {
    await eventually('it has led again', () => turns.length >= 4);
    assert.deepEqual(turns.slice(0, 4), ['ok', 'ok', 'follows', 'ok']);
  } finally {
    await loop.close();
  }
});

test('who leads no more remembers nothing', async () => {
  const one = new Leadership(stores.redis, 'one', 60_000);
  const two = new Leadership(stores.redis, 'two', 10_000);
  assert.deepEqual(await one.lead(), {});
  assert.equal(await two.lead(), undefined);
  assert.equal(await one.remember({ calmSinceMs: 7 }), true);
  await stores.redis.pexpire('{berth}:planner-leader', 1);
  assert.deepEqual(await eventually('the lease ends', () => two.lead()), { calmSinceMs: 7 });
  assert.equal(await one.remember({ calmSinceMs: 8 }), false);
  assert.equal(await one.lead(), undefined);
});
