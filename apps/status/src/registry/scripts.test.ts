import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { redisMillis } from '@berth/redis';
import fc from 'fast-check';
import { nodeOrders } from '../placement/node-record.ts';
import { defaultRules, type Rules } from '../placement/rules.ts';
import { strategies } from '../placement/strategies/strategies.ts';
import type { Strategy } from '../placement/strategies/strategy.ts';
import { type ModelNode, RegistryModel } from '../simulation/registry-model.ts';
import { RedisRegistry } from './redis-registry.ts';
import type { Registration } from './registry.ts';

const stores = useRedis();
beforeEach(() => stores.redis.flushall());

// Short, so that everything runs out within a test; whatever passes, both sides go by the time that Redis told.
const rules: Rules = {
  ...defaultRules,
  leaseMs: 150,
  reservationMs: 25,
  admissionRate: 200,
  burstLeast: 2,
  rampMs: 80,
  suspendMs: 40,
  unclaimedMin: 4,
  looks: 4,
};

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const name = fc.constantFrom(...names);
const user = fc.integer({ min: 1, max: 12 });
const operations = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      name,
      again: fc.boolean(),
      capacity: fc.constantFrom(1, 4, 8, 20),
      helloRate: fc.constantFrom(0, 40, 1_000),
      zone: fc.constantFrom('', 'x', 'y'),
      version: fc.constantFrom('', '1', '2'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      name,
      connections: fc.integer({ min: 0, max: 6 }),
      leaving: fc.integer({ min: 0, max: 3 }),
      state: fc.constantFrom(1, 1, 1, 1, 2, 3),
      loopDelayP99Ms: fc.constantFrom(0, 50, 100, 1_000),
      claims: fc.boolean(),
      stale: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('everyone' as const), claims: fc.boolean() }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('place' as const),
      user,
      strategy: fc.constantFrom<Strategy['name']>('least-connections', 'packed', 'rendezvous', 'p2c'),
      zone: fc.constantFrom('', '', '', 'x', 'y'),
      version: fc.constantFrom('', '', '', '1', '2'),
      avoid: fc.oneof(fc.constant<string[]>([]), fc.uniqueArray(name, { maxLength: 3 })),
      youngerThan: fc.option(name, { freq: 3 }),
      move: fc.boolean(),
      draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspect' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), name }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      name,
      order: fc.constantFrom('none' as const, 'cordon' as const, 'drain' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('poll' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 25 }) }),
  },
);
const newcomer = {
  do: 'register',
  again: false,
  capacity: 8,
  helloRate: 0,
  zone: 'x',
  version: '1',
} as const;
const calm = { do: 'report', connections: 1, leaving: 0, state: 1, loopDelayP99Ms: 0, stale: false } as const;
type Operation = typeof operations extends fc.Arbitrary<infer T> ? T : never;

/** Runs each operation on Redis and, at the time that Redis answers with, on the model. */
class Pair {
  readonly registry = new RedisRegistry(stores.redis, rules);
  readonly model = new RegistryModel(rules);
  /** Reservations given out and not yet reported used, by node. */
  readonly given = new Map<string, string[]>();
  nonce = 0;

  async run(operation: Operation): Promise<void> {
    switch (operation.do) {
      case 'register':
        return this.#register(operation);
      case 'report':
        return this.#report(operation);
      case 'place':
        return this.#place(operation);
      case 'poll': {
        const { nowMs } = await this.registry.poll('');
        this.model.poll(nowMs);
        return;
      }
      case 'everyone':
        for (const { name } of this.model.listed)
          await this.#report({ ...calm, name, claims: operation.claims });
        return;
      case 'wait': {
        const until = (await redisMillis(stores.redis)) + operation.ms;
        await eventually('Redis tells a later time', async () => (await redisMillis(stores.redis)) >= until);
        return;
      }
      default:
        return this.#tell(operation, this.model.nodes.get(operation.name));
    }
  }

  async #tell(
    operation: Operation & { do: 'order' | 'suspect' | 'leave' },
    node: ModelNode | undefined,
  ): Promise<void> {
    if (!node) return;
    const { name, epoch, sequence } = node;
    if (operation.do === 'order') {
      assert.equal(await this.registry.order(name, epoch, operation.order), true);
      node.order = nodeOrders[operation.order];
    } else if (operation.do === 'suspect') {
      const marked = await this.registry.suspect(name, epoch, sequence);
      assert.equal(marked, this.model.suspect(name, epoch, sequence));
    } else {
      const left = await this.registry.leave(name, epoch, sequence);
      assert.equal(left, this.model.leave(name, epoch, sequence));
    }
  }

  async #register(operation: Operation & { do: 'register' }): Promise<void> {
    const known = this.model.nodes.get(operation.name);
    const again = operation.again && known !== undefined;
    const registration: Registration = {
      ...operation,
      bootEpoch: again ? known.epoch : 0,
      instance: again ? known.instance : `i${++this.nonce}`,
      address: { peerAddress: 'p:1', clientHost: 'c', clientPort: 1, clientUrl: 'ws://c' },
    };
    const answer = await this.registry.register(registration);
    assert.ok(!answer.superseded);
    if (again) assert.equal(answer.bootEpoch, known.epoch);
    this.model.register({ ...registration, epoch: answer.bootEpoch }, answer.nowMs);
  }

  async #report(operation: Operation & { do: 'report' }): Promise<void> {
    const node = this.model.nodes.get(operation.name);
    if (!node) return;
    const used = operation.claims ? (this.given.get(node.name) ?? []) : [];
    const report = {
      sequence: operation.stale ? node.sequence : node.sequence + 1,
      connections: operation.connections,
      leaving: operation.leaving,
      state: operation.state,
      loopDelayP99Ms: operation.loopDelayP99Ms,
      freeMemoryBytes: 1,
      usedReservations: used,
    };
    const answer = await this.registry.report(node.name, node.epoch, report);
    if (node.standing === 'left') return assert.equal(answer.result, 'unknown');
    assert.ok(answer.result === 'ok' || answer.result === 'stale');
    assert.equal(answer.result, operation.stale ? 'stale' : 'ok');
    this.model.report(node.name, report, answer.nowMs);
    if (answer.result === 'ok') {
      assert.equal(answer.rate, node.rate);
      if (operation.claims) this.given.delete(node.name);
    }
  }

  async #place(operation: Operation & { do: 'place' }): Promise<void> {
    const strategy = strategies[operation.strategy];
    const bootedAfter = this.model.nodes.get(operation.youngerThan ?? '')?.epoch ?? 0;
    const wish = { ...operation, bootedAfter, userId: operation.user, deviceClass: 'web' };
    const holder = `${operation.user}.web`;
    const nonce = `n${++this.nonce}`;
    const preference = strategy.prefer?.(wish, this.model.listed, () => operation.draw, rules);
    const { nowMs, placed } = await this.registry.place(strategy.order, [
      { holder, nonce, wish, preference },
    ]);
    const { chosen } = placed[0]!;
    const expected = this.model.place(holder, nonce, wish, strategy, nowMs, preference);
    assert.equal(chosen?.name, expected.node?.name);
    if (!chosen) return;
    const node = expected.node!;
    assert.equal(chosen.bootEpoch, node.epoch);
    assert.equal(chosen.expiresAtMs, Math.floor(nowMs + rules.reservationMs));
    assert.ok(node.leaseUntilMs > nowMs, 'never an expired node');
    assert.ok(node.connections + node.reserved <= node.capacity, 'never over capacity');
    assert.ok(!operation.avoid.includes(node.name), 'never an avoided node');
    assert.ok(node.epoch > bootedAfter, 'never an older node than was asked for');
    this.given.set(node.name, [...(this.given.get(node.name) ?? []), `${holder}.${nonce}`]);
  }

  /** Every record is as in the model, and its reservations are those that live. */
  async check(): Promise<void> {
    const { nodes, reservations } = await this.registry.fleet();
    assert.equal(reservations, this.model.reservations);
    const holders = Object.values(await stores.redis.hgetall('{berth}:holders'));
    for (const { bar: _bar, address: _address, ...node } of nodes) {
      assert.deepEqual(node, this.model.nodes.get(node.name));
      assert.ok(node.reserved >= 0, 'never negative');
      const live = holders.filter((value) => value.endsWith(` ${node.name} ${node.epoch}`)).length;
      assert.equal(node.reserved, live, `${node.name}: reserved = live reservations`);
    }
    assert.equal(nodes.length, this.model.nodes.size);
  }
}

test('the scripts do what the pure rules say, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operations, { minLength: 10, maxLength: 60, size: 'max' }),
      async (sequence) => {
        await stores.redis.flushall();
        const pair = new Pair();
        for (const first of names.slice(0, 4)) await pair.run({ ...newcomer, name: first });
        await pair.run({ do: 'everyone', claims: false });
        for (const operation of sequence) {
          await pair.run(operation);
          await pair.check();
        }
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
});

const lasting: Rules = { ...defaultRules, admissionRate: 100_000, leaseMs: 600_000, reservationMs: 600_000 };
const idle = {
  sequence: 1,
  connections: 0,
  usedReservations: [],
  state: 1,
  loopDelayP99Ms: 5,
  freeMemoryBytes: 1,
};
const anyone = { userId: 1, deviceClass: 'web', zone: '', version: '', avoid: [] };
const registrationOf = (node: string): Registration => ({
  ...{ name: node, bootEpoch: 0, instance: `${node}-one`, capacity: 1, helloRate: 0, zone: '', version: '' },
  address: { peerAddress: 'p:1', clientHost: 'c', clientPort: 1, clientUrl: 'ws://c' },
});

test('a record that a replica of the release before has written is read, and has nobody leaving', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const answer = await registry.register(registrationOf('a'));
  assert.ok(!answer.superseded);
  const report = { ...idle, connections: 1, leaving: 1 };
  assert.equal((await registry.report('a', answer.bootEpoch, report)).result, 'ok');
  const [known] = (await registry.fleet()).nodes;
  assert.equal(known!.leaving, 1);
  const record = (await stores.redis.hgetBuffer('{berth}:nodes', 'a'))!;
  await stores.redis.hset('{berth}:nodes', 'a', record.subarray(0, -8));
  assert.deepEqual((await registry.fleet()).nodes[0], { ...known, leaving: 0 });
  const next = await registry.report('a', answer.bootEpoch, { ...report, sequence: 2 });
  assert.equal(next.result, 'ok');
  assert.equal((await registry.fleet()).nodes[0]!.leaving, 1);
});

test('a batch is placed as its requests would be one after the other', async () => {
  const fleets = fc.array(
    fc.record({
      capacity: fc.integer({ min: 1, max: 300 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  const order = fc.constantFrom('least-connections' as const, 'packed' as const);
  await fc.assert(
    fc.asyncProperty(fleets, order, fc.integer({ min: 1, max: 64 }), async (nodes, strategyName, size) => {
      await stores.redis.flushall();
      const registry = new RedisRegistry(stores.redis, lasting);
      const model = new RegistryModel(lasting);
      for (const [at, { capacity, part }] of nodes.entries()) {
        const node = { ...registrationOf(`n${at}`), capacity };
        const answer = await registry.register(node);
        assert.ok(!answer.superseded);
        model.register({ ...node, epoch: answer.bootEpoch }, answer.nowMs);
        const report = { ...idle, connections: Math.floor(part * capacity) };
        const taken = await registry.report(node.name, answer.bootEpoch, report);
        assert.ok(taken.result === 'ok');
        model.report(node.name, report, taken.nowMs);
      }
      const strategy = strategies[strategyName];
      const batch = Array.from({ length: size }, (_, user) => ({
        ...{ holder: `${user}.web`, nonce: 'n', wish: anyone },
      }));
      const { nowMs, placed } = await registry.place(strategy.order, batch);
      const expected = batch.map((one) => model.place(one.holder, 'n', one.wish, strategy, nowMs).node?.name);
      assert.deepEqual(
        placed.map(({ chosen }) => chosen?.name),
        expected,
      );
    }),
    { numRuns: 60 },
  );
});
