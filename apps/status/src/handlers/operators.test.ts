import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { FakeNode } from './fake-node.fixture.ts';
import { type RunningStatus, useStatus } from './status.fixture.ts';

const stores = useRedis();
const startStatus = useStatus();
let status: RunningStatus;
const nodes = new Map<string, FakeNode>();
before(async () => {
  await stores.ready;
  status = await startStatus(stores.url, { LEASE_SECONDS: '60' });
  for (const [name, connections] of [
    ['busy', 90],
    ['calm', 10],
  ] as const) {
    const node = new FakeNode(name);
    nodes.set(name, node);
    await node.register(status.client);
    const sequence = node.report({ connections });
    await eventually(`${name} acknowledged`, () => node.acks.has(sequence));
  }
});

const post = (path: string, body: object = {}) =>
  status.http(path, { method: 'POST', body: JSON.stringify(body) });
const commandsOf = (name: string, $case: string) =>
  nodes.get(name)!.commands.filter((command) => command.$case === $case);

test('an operator takes a node out of service and puts it back', async () => {
  const drained = await post('/v1/fleet/orders', { node: 'calm', order: 'drain' });
  assert.deepEqual(drained, { status: 200, body: { node: 'calm', order: 'drain', connections: 10 } });
  await eventually('it is told', () => commandsOf('calm', 'drain').length === 1);
  const { body } = await post('/v1/fleet/orders', { node: 'calm', order: 'none' });
  assert.equal(body.order, 'none');
  await eventually('it is told again', () => commandsOf('calm', 'cordon').length === 1);
  assert.equal((await post('/v1/fleet/orders', { node: 'nobody', order: 'drain' })).status, 404);
  assert.equal((await post('/v1/fleet/orders', { node: 'calm', order: 'sink' })).status, 400);
});

test('an operator has the fleet evened out', async () => {
  const { body } = await post('/v1/fleet/rebalance');
  assert.deepEqual(body, { moves: [{ node: 'busy', sessions: 40 }] });
  const [command] = await eventually('it is told', () => {
    const told = commandsOf('busy', 'drain');
    return told.length > 0 && told;
  });
  assert.deepEqual(command!.value, { rate: 0, reason: 'rebalance', sessions: 40, avoid: [] });
  const { text } = await status.text('/metrics');
  assert.match(text, /berth_fleet_sessions_moved_total\{service="status"\} 40/);
});

test('where nothing scales the fleet the plan tells what would be done', async () => {
  const { body } = await status.http('/v1/fleet/plan');
  assert.equal(body.scaler, 'off');
  const { wanted, scale, why } = body.last as Record<string, unknown>;
  assert.deepEqual([wanted, scale, typeof why], [2, 2, 'string']);
});

test('nobody does any of it without the token', async () => {
  const headers = { authorization: 'Bearer wrong' };
  for (const path of ['/v1/fleet/orders', '/v1/fleet/rebalance'])
    assert.equal((await status.http(path, { method: 'POST', body: '{}', headers })).status, 401);
  assert.equal((await status.http('/v1/fleet/plan', { headers })).status, 401);
});

test('metrics tell of each node that is there', async () => {
  const { text } = await status.text('/metrics');
  assert.match(text, /berth_fleet_node_connections\{node="busy",service="status"\} 90/);
  assert.match(text, /berth_fleet_node_capacity\{node="calm",service="status"\} 100/);
});
