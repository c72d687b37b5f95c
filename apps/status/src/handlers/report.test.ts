import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { NodeState } from '@berth/contracts/status';
import { eventually, useRedis } from '@berth/fixtures';
import { verifyTicket } from '@berth/tokens';
import { RedisRegistry } from '../app.ts';
import { defaultRules } from '../placement/rules.ts';
import { FakeNode } from './fake-node.fixture.ts';
import { type RunningStatus, useStatus } from './status.fixture.ts';

const stores = useRedis();
const startStatus = useStatus();
let status: RunningStatus;
let other: RunningStatus;
beforeEach(async () => {
  await status?.close();
  await other?.close();
  await stores.redis.flushall();
  status = await startStatus(stores.url);
  other = await startStatus(stores.url);
});

/** Registered, and its first report taken. */
async function ready(
  name: string,
  more: Parameters<FakeNode['register']>[1] = {},
  at: RunningStatus = status,
): Promise<FakeNode> {
  const node = new FakeNode(name);
  await node.register(at.client, more);
  await acknowledged(node, node.report());
  return node;
}

const acknowledged = (node: FakeNode, sequence: number) =>
  eventually(`${node.name} acknowledged ${sequence}`, () => node.acks.get(sequence));

async function stateOf(name: string): Promise<unknown> {
  const { body } = await status.http('/v1/fleet');
  return (body.nodes as { name: string; state: string }[]).find((node) => node.name === name)?.state;
}

test('a node registers, reports, and is placed on with a ticket that it can check alone', async () => {
  const node = await ready('one');
  const berth = await status.place({ userId: 7 });
  assert.deepEqual(
    [berth.node, berth.host, berth.port, berth.url],
    ['one', 'chat.test', 8090, 'ws://chat.test/n/one'],
  );
  assert.ok(berth.ticket.startsWith('one.'));
  const claims = verifyTicket(berth.ticket, node.ticketKey, {
    node: 'one',
    bootEpoch: node.bootEpoch,
    nowMs: berth.expiresAtMs - 1,
  });
  assert.deepEqual(
    [claims.user, claims.deviceClass, claims.generation, claims.reservation],
    [7, 'web', 1, berth.reservation],
  );
});

test('a node that has not reported yet gets nobody', async () => {
  await new FakeNode('one').register(status.client);
  await assert.rejects(status.place(), { code: 'no_berth' });
});

test('a used reservation is acknowledged and counts once', async () => {
  const node = await ready('one');
  const { reservation } = await status.place({ userId: 7 });
  const sequence = node.report({ connections: 1, usedReservations: [reservation] });
  assert.deepEqual(await acknowledged(node, sequence), [reservation]);
  const { body } = await status.http('/v1/fleet');
  assert.deepEqual(body.totals, { nodes: 1, connections: 1, reserved: 0, capacity: 100 });
});

test('a load that is not above the last is ignored whole, and its reservations stay to be sent again', async () => {
  const node = await ready('one');
  await acknowledged(node, node.report({ connections: 5 }));
  const { reservation } = await status.place({ userId: 7 });
  node.acks.clear();
  node.report({ sequence: 2, connections: 9, usedReservations: [reservation] });
  assert.deepEqual(await acknowledged(node, 2), []);
  const { body } = await status.http('/v1/fleet');
  assert.deepEqual(body.totals, { nodes: 1, connections: 5, reserved: 1, capacity: 100 });
});

test('every node is told its peers, on any replica, when one comes, changes state and leaves', async () => {
  const one = await ready('one');
  const two = await ready('two', {}, other);
  await eventually('both know both', () => one.peers() === 'one,two' && two.peers() === 'one,two');
  two.report({ state: NodeState.NODE_STATE_DRAINING });
  await eventually('one knows that two drains', () =>
    one.fleets
      .at(-1)!
      .peers.some((peer) => peer.name === 'two' && peer.state === NodeState.NODE_STATE_DRAINING),
  );
  await assert.rejects(status.place({ avoid: ['one'] }), { code: 'no_berth' });
  two.leave();
  await eventually('one is alone', () => one.peers() === 'one');
  assert.equal(await eventually('two is let go', () => two.ended), 'ok');
});

test('a broken stream makes its node suspect until it reports again', async () => {
  const node = await ready('one');
  node.break();
  await eventually('one is suspect', async () => (await stateOf('one')) === 'suspect');
  await assert.rejects(status.place(), { code: 'no_berth' });
  const { bootEpoch } = node;
  assert.equal((await node.register(other.client)).bootEpoch, bootEpoch);
  await acknowledged(node, node.report());
  assert.equal((await status.place()).node, 'one');
});

test('a stream that breaks after its node has reported on another marks nobody', async () => {
  const node = await ready('one');
  const again = new FakeNode('one');
  Object.assign(again, { bootEpoch: node.bootEpoch, sequence: node.sequence });
  await again.register(other.client);
  await acknowledged(again, again.report());
  node.break();
  await eventually('the first stream is gone', async () => {
    const { text } = await status.text('/metrics');
    return /^status_streams\{[^}]*\} 0$/m.test(text);
  });
  assert.equal(await stateOf('one'), 'ready');
});

test('a closing status marks nobody suspect', async () => {
  const node = await ready('one', {}, other);
  await other.close();
  await eventually('the stream has ended', () => node.ended);
  assert.equal(await stateOf('one'), 'ready');
});

test('a node that stops reporting leaves the fleet with its lease', async () => {
  await status.close();
  status = await startStatus(stores.url, { LEASE_SECONDS: '2' });
  const one = await ready('one');
  const two = await ready('two');
  const reporting = new Set([one, two]);
  const timer = setInterval(() => {
    for (const node of reporting) node.report();
  }, 200);
  await eventually('one knows two', () => one.peers() === 'one,two');
  reporting.delete(two);
  await eventually('two is gone', () => one.peers() === 'one').finally(() => clearInterval(timer));
  assert.equal(await stateOf('two'), 'lost');
  await acknowledged(two, two.report());
  assert.equal(await stateOf('two'), 'ready', 'and is back with its next report');
});

test('an older boot is told to go when a newer one has registered', async () => {
  const old = await ready('one');
  const newer = new FakeNode('one', 'one-two');
  await newer.register(other.client);
  old.report();
  const ended = await eventually('the old one is told', () => old.ended);
  assert.equal(ended === 'ok' ? ended : ended.code, 'conflict');
  await assert.rejects(old.register(status.client), { code: 'conflict' });
});

test('a revocation reaches the nodes of every replica, and one that was away when it is back', async () => {
  const one = await ready('one');
  const two = await ready('two', {}, other);
  const revocation = {
    userId: 7,
    sessionIds: ['0123456789abcdef0123456789abcdef'],
    generation: 0,
    reason: 'ended',
  };
  await status.revoke(revocation);
  for (const node of [one, two]) {
    const [got] = await eventually('it is there', () => node.revocations.length > 0 && node.revocations);
    assert.deepEqual(got, { ...revocation, id: got!.id });
  }
  const revocationsAfter = two.revocations.at(-1)!.id;
  two.break();
  await status.revoke({ ...revocation, userId: 8 });
  two.revocations = [];
  await two.register(other.client, { revocationsAfter });
  const [missed] = await eventually('the missed one', () => two.revocations.length > 0 && two.revocations);
  assert.equal(missed!.userId, 8, 'and only that');
});

test('a node that is ordered out of placement is told so, again at each registration, and back', async () => {
  const registry = new RedisRegistry(stores.redis, defaultRules);
  const node = await ready('one', {}, other);
  await registry.order('one', node.bootEpoch, 'cordon');
  await assert.rejects(status.place(), { code: 'no_berth' });
  await eventually('it is told', () =>
    node.commands.some((command) => command.$case === 'cordon' && command.value),
  );
  node.commands = [];
  await node.register(status.client);
  await eventually('again', () =>
    node.commands.some((command) => command.$case === 'cordon' && command.value),
  );
  await registry.order('one', node.bootEpoch, 'drain');
  await eventually('to drain', () => node.commands.some((command) => command.$case === 'drain'));
  await registry.order('one', node.bootEpoch, 'none');
  await eventually('and back', () =>
    node.commands.some((command) => command.$case === 'cordon' && !command.value),
  );
  await acknowledged(node, node.report());
  assert.equal((await status.place()).node, 'one');
});

test('the rate at which a node is filled is told when it changes', async () => {
  const node = await ready('one', { helloRate: 100 });
  await eventually('half of what it can take', () =>
    node.commands.some((command) => command.$case === 'rate' && command.value === 50),
  );
  node.report({ loopDelayP99Ms: 100 });
  await eventually('half of that while its loop is slow', () =>
    node.commands.some((command) => command.$case === 'rate' && command.value === 25),
  );
});

const valid = {
  register: { $case: 'register' as const, value: { ...new FakeNode('one').registration() } },
  load: {
    $case: 'load' as const,
    value: {
      ...{ sequence: 1, connections: 0, usedReservations: [], state: NodeState.NODE_STATE_READY },
      ...{ loopDelayP99Ms: 1, freeMemoryBytes: 1, leaving: 0 },
    },
  },
};
for (const [what, messages, sentence] of [
  ['a load before it registered', [valid.load], /first message/],
  ['nothing in a message', [undefined], /first message/],
  ['a second registration', [valid.register, valid.register], /carries `load`/],
  [
    'a name that is no DNS label',
    [{ ...valid.register, value: { ...valid.register.value, name: 'Node_1' } }],
    /register: name: not a DNS label/,
  ],
  [
    'no capacity',
    [{ ...valid.register, value: { ...valid.register.value, capacity: 0 } }],
    /register: capacity/,
  ],
  [
    'a peer address without a port',
    [{ ...valid.register, value: { ...valid.register.value, peerAddress: 'one' } }],
    /register: peerAddress: not host:port/,
  ],
  [
    'a state that there is not',
    [valid.register, { ...valid.load, value: { ...valid.load.value, state: 9 as 1 } }],
    /load: state/,
  ],
  [
    'a delay that is no number',
    [valid.register, { ...valid.load, value: { ...valid.load.value, loopDelayP99Ms: Number.NaN } }],
    /load: loopDelayP99Ms/,
  ],
  [
    'more reservations than fit',
    [
      valid.register,
      {
        ...valid.load,
        value: { ...valid.load.value, usedReservations: new Array<string>(4_097).fill('1.web.x') },
      },
    ],
    /load: usedReservations: more than 4,096/,
  ],
] as const) {
  test(`a stream with ${what} is refused with a sentence`, async () => {
    const node = new FakeNode('one');
    node.open(status.client);
    for (const message of messages) node.write({ message });
    const ended = await eventually('the stream ends', () => node.ended);
    assert.ok(ended !== 'ok');
    assert.equal(ended.code, 'bad_request');
    assert.match(ended.message, sentence);
  });
}
