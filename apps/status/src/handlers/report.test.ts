import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { NodeState } from '@berth/contracts/status';
import { eventually, useRedis } from '@berth/fixtures';
import { verifyTicket } from '@berth/tokens';
import { FakeNode } from '../testing/fake-node.ts';
import { type RunningStatus, useStatus } from '../testing/use-status.ts';

const stores = useRedis();
const startStatus = useStatus();
let status: RunningStatus;
beforeEach(async () => {
  await stores.redis.flushall();
  await status?.close();
  status = await startStatus(stores.url);
});

/** Registered, and its first report taken. */
async function ready(name: string, more: Parameters<FakeNode['register']>[1] = {}): Promise<FakeNode> {
  const node = new FakeNode(name);
  await node.register(status.client, more);
  const sequence = node.report();
  await eventually(`${name} acknowledged`, () => node.acks.has(sequence));
  return node;
}

test('a node registers, reports, and is placed on with a ticket that it can check alone', async () => {
  const node = await ready('one');
  const berth = await status.place({ userId: 7 });
  assert.equal(berth.node, 'one');
  assert.equal(berth.host, 'chat.test');
  assert.equal(berth.port, 8090);
  assert.equal(berth.url, 'ws://chat.test/n/one');
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
  const node = new FakeNode('one');
  await node.register(status.client);
  await assert.rejects(status.place(), { code: 'no_berth' });
});

test('every node is told its peers when one comes, changes state and leaves', async () => {
  const one = await ready('one');
  const two = await ready('two');
  await eventually(
    'both know both',
    () => one.peers().join() === 'one,two' && two.peers().join() === 'one,two',
  );
  two.report({ state: NodeState.NODE_STATE_DRAINING });
  await eventually('one knows that two drains', () =>
    one.fleets
      .at(-1)!
      .peers.some((peer) => peer.name === 'two' && peer.state === NodeState.NODE_STATE_DRAINING),
  );
  two.leave();
  await eventually('one is alone', () => one.peers().join() === 'one');
  assert.equal(await eventually('two is let go', () => two.ended), 'ok');
});
