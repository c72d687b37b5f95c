import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { defaultRules, type Rules } from '../placement/rules.ts';
import { RedisRegistry } from './redis-registry.ts';
import type { Registration } from './registry.ts';

const stores = useRedis();
beforeEach(() => stores.redis.flushall());

const registration = (node: string, more: Partial<Registration> = {}): Registration => ({
  name: node,
  bootEpoch: 0,
  instance: `${node}-one`,
  capacity: 100,
  helloRate: 0,
  zone: '',
  version: '',
  address: { peerAddress: `${node}:1`, clientHost: node, clientPort: 2, clientUrl: `ws://${node}` },
  ...more,
});
const load = (sequence: number, connections = 0, usedReservations: string[] = []) => ({
  ...{ sequence, connections, usedReservations, state: 1, loopDelayP99Ms: 5, freeMemoryBytes: 1e9 },
});
const anyone = { userId: 1, deviceClass: 'web', zone: '', version: '', avoid: [] };
const requestOf = (holder: string, nonce = 'n', avoid: string[] = []) => ({
  ...{ holder, nonce, wish: { ...anyone, avoid } },
});

/** Registers a node that reports `connections`; answers its epoch. */
async function enter(registry: RedisRegistry, node: Registration, connections = 0): Promise<number> {
  const answer = await registry.register(node);
  assert.ok(!answer.superseded);
  await registry.report(node.name, answer.bootEpoch, load(1, connections));
  return answer.bootEpoch;
}

/** Nothing runs out while a test goes on. */
const lasting: Rules = {
  ...{ ...defaultRules, admissionRate: 100_000 },
  ...{ leaseMs: 600_000, reservationMs: 600_000 },
};

test('nodes so large that they get some in a row stay within 1 % of the least loaded', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const names = Array.from({ length: 40 }, (_, at) => `n${at}`);
  for (const [at, node] of names.entries())
    await enter(registry, registration(node, { capacity: 10_000 }), at * 5);
  const loads = new Map(names.map((node, at) => [node, at * 5]));
  for (let batch = 0; batch < 30; batch++) {
    const requests = Array.from({ length: 64 }, (_, at) => requestOf(`${batch * 64 + at}.web`));
    for (const { chosen } of (await registry.place('least', requests)).placed) {
      const before = loads.get(chosen!.name)!;
      assert.ok(before - Math.min(...loads.values()) <= 100, 'within 1 % of its capacity');
      loads.set(chosen!.name, before + 1);
    }
  }
});

test('a reservation stops counting in the very report whose count includes its session', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const epoch = await enter(registry, registration('a'));
  await registry.place('least', [requestOf('1.web', 'x'), requestOf('2.web', 'y')]);
  await registry.report('a', epoch, load(2, 1, ['1.web.x']));
  const [node] = (await registry.fleet()).nodes;
  assert.deepEqual([node!.connections, node!.reserved], [1, 1]);
  await registry.report('a', epoch, load(3, 1, ['1.web.x', '1.web.other']));
  assert.equal((await registry.fleet()).nodes[0]!.reserved, 1, 'used twice, or never given: changes nothing');
});

test('a holder has one reservation: a new one frees the old', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  await enter(registry, registration('a'));
  await enter(registry, registration('b'));
  for (let at = 0; at < 5; at++)
    await registry.place('least', [requestOf('1.web', `n${at}`), requestOf('1.phone', `n${at}`)]);
  const { reservations, nodes } = await registry.fleet();
  assert.equal(reservations, 2);
  assert.deepEqual(
    nodes.map((node) => node.reserved),
    [1, 1],
  );
});

test('boots are fenced: a lower epoch and a second process of an epoch are refused', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const old = await enter(registry, registration('a'));
  const newer = await enter(registry, registration('a', { instance: 'a-two' }));
  assert.ok(newer > old);
  assert.deepEqual(await registry.report('a', old, load(9)), { result: 'superseded' });
  assert.deepEqual(await registry.register(registration('a', { bootEpoch: old })), { superseded: true });
  assert.deepEqual(await registry.register(registration('a', { bootEpoch: newer })), { superseded: true });
  const again = await registry.register(registration('a', { bootEpoch: newer, instance: 'a-two' }));
  assert.ok(!again.superseded && again.bootEpoch === newer);
});

test('a process whose first answer was lost gets the same epoch again', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const first = await registry.register(registration('a'));
  const second = await registry.register(registration('a'));
  assert.ok(!first.superseded && !second.superseded);
  assert.equal(second.bootEpoch, first.bootEpoch);
});

test('a new boot begins without the reservations of the old one', async () => {
  const registry = new RedisRegistry(stores.redis, { ...lasting, reservationMs: 30 });
  await enter(registry, registration('a'));
  await registry.place('least', [requestOf('1.web'), requestOf('2.web')]);
  await enter(registry, registration('a', { instance: 'a-two' }));
  assert.equal((await registry.fleet()).nodes[0]!.reserved, 0);
  await eventually('the old ones end', async () => {
    await registry.poll('');
    return (await registry.fleet()).reservations === 0;
  });
  assert.equal((await registry.fleet()).nodes[0]!.reserved, 0);
});

test('after a flush a known epoch is accepted again and the count is back with the next report', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  const epoch = await enter(registry, registration('a'), 40);
  await stores.redis.flushall();
  assert.deepEqual(await registry.report('a', epoch, load(2, 41)), { result: 'unknown' });
  const answer = await registry.register(registration('a', { bootEpoch: epoch }));
  assert.ok(!answer.superseded && answer.bootEpoch === epoch);
  assert.equal(
    (await registry.place('least', [requestOf('1.web')])).placed[0]!.chosen,
    undefined,
    'not yet reported',
  );
  await registry.report('a', epoch, load(2, 41));
  assert.equal((await registry.place('least', [requestOf('1.web')])).placed[0]!.chosen?.name, 'a');
});

test('a node whose reservations nobody uses is suspended, but never half of the fleet', async () => {
  const registry = new RedisRegistry(stores.redis, { ...lasting, reservationMs: 20 });
  for (const node of ['a', 'b', 'c', 'd']) await enter(registry, registration(node, { capacity: 1_000 }));
  // Nobody ever connects, anywhere: the nodes are not at fault.
  let user = 0;
  const suspended = await eventually('a node is suspended', async () => {
    await registry.place(
      'least',
      Array.from({ length: 64 }, () => requestOf(`${++user}.web`)),
    );
    const { nodes, nowMs } = await registry.fleet();
    const count = nodes.filter((node) => node.suspendedUntilMs > nowMs).length;
    return user > 2_000 && count > 0 && count;
  });
  assert.ok(suspended <= 2);
  assert.ok((await registry.place('least', [requestOf('0.web')])).placed[0]!.chosen, 'the others take them');
});

test('who asks for another berth because the first did not answer counts against that node', async () => {
  const registry = new RedisRegistry(stores.redis, lasting);
  for (const node of ['a', 'b', 'c']) await enter(registry, registration(node));
  for (let user = 0; user < 24; user++) {
    await registry.place('least', [requestOf(`${user}.web`, 'x', ['b', 'c'])]);
    await registry.place('least', [requestOf(`${user}.web`, 'y', ['a'])]);
  }
  const { placed } = await registry.place('least', [requestOf('99.web')]);
  assert.deepEqual(placed[0]!.skips, [{ node: 'a', reason: 'unclaimed' }]);
});

test('a refusal says when the next admission token comes', async () => {
  const registry = new RedisRegistry(stores.redis, { ...lasting, admissionRate: 0.1, burstLeast: 1 });
  await enter(registry, registration('a'));
  assert.ok((await registry.place('least', [requestOf('1.web')])).placed[0]!.chosen);
  const { placed } = await registry.place('least', [requestOf('2.web')]);
  assert.deepEqual(placed[0]!.skips, [{ node: 'a', reason: 'admission_rate' }]);
  assert.ok(placed[0]!.waitMs! > 0 && placed[0]!.waitMs! <= 10_000);
});
