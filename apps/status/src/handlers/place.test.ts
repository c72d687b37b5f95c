import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import {
  type PlaceManyRequest,
  type PlaceManyResponse,
  PlaceRequest,
  type PlaceResponse,
  SkipReason,
} from '@berth/contracts/status';
import { eventually } from '@berth/fixtures';
import { call } from '@berth/grpc';
import { createRedis, type Redis } from '@berth/redis';
import { type RunningRedis, startRedis } from '@berth/stores';
import { verifyTicket } from '@berth/tokens';
import { FakeNode } from './fake-node.fixture.ts';
import { type RunningStatus, useStatus } from './status.fixture.ts';

let server: RunningRedis | undefined;
let redis: Redis;
const startStatus = useStatus();
let status: RunningStatus;
beforeEach(async () => {
  await status?.close();
  await server?.kill();
  redis?.disconnect();
  server = await startRedis();
  redis = createRedis(server.url);
  status = await startStatus(server.url);
});
after(async () => {
  redis.disconnect();
  await server?.kill();
});

async function ready(name: string, more: Parameters<FakeNode['register']>[1] = {}): Promise<FakeNode> {
  const node = new FakeNode(name);
  await node.register(status.client, more);
  const sequence = node.report();
  await eventually(`${name} acknowledged`, () => node.acks.has(sequence));
  return node;
}

test('log-ins go in turn to the nodes with the lowest share of their capacity in use', async () => {
  await ready('small', { capacity: 10 });
  await ready('large', { capacity: 30 });
  const counts = { small: 0, large: 0 };
  for (let userId = 1; userId <= 12; userId++) {
    counts[(await status.place({ userId })).node as keyof typeof counts] += 1;
  }
  assert.deepEqual(counts, { small: 3, large: 9 });
});

test('a placement names the nodes that it passed over, and why', async () => {
  await ready('a', { zone: 'x' });
  await ready('b', { zone: 'y' });
  const { node, skips } = await status.place({ zone: 'y' });
  assert.equal(node, 'b');
  assert.deepEqual(skips, [{ node: 'a', reason: SkipReason.SKIP_REASON_ZONE }]);
});

test('a zone is a hint: with none of it left another is taken', async () => {
  await ready('a', { zone: 'x' });
  assert.equal((await status.place({ zone: 'y' })).node, 'a');
});

test('nodes to avoid are avoided, even when only they are left', async () => {
  await ready('a');
  await assert.rejects(status.place({ avoid: ['a'] }), (error: { code: string; retryAfterMs: number }) => {
    assert.equal(error.code, 'no_berth');
    return error.retryAfterMs >= 250;
  });
});

test('a full fleet refuses and says when to come again', async () => {
  await ready('a', { capacity: 1 });
  await status.place({ userId: 1 });
  await assert.rejects(status.place({ userId: 2 }), { code: 'no_berth' });
  assert.equal((await status.place({ userId: 1 })).node, 'a', 'but not who holds the place');
});

test('many at once are all placed, in few calls, as if they had come one by one', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await ready(name, { capacity: 200 });
  await redis.config('RESETSTAT');
  const berths = await Promise.all(Array.from({ length: 100 }, (_, at) => status.place({ userId: at + 1 })));
  const counts = new Map<string, number>();
  for (const { node } of berths) counts.set(node, (counts.get(node) ?? 0) + 1);
  assert.deepEqual([...counts.values()], [25, 25, 25, 25]);
  assert.equal(new Set(berths.map((berth) => berth.reservation)).size, 100);
});

test('with Redis gone, placements go on over the last good view, marked as such', async () => {
  const nodes = new Map([
    ['a', await ready('a')],
    ['b', await ready('b')],
  ]);
  // For as long as it takes.
  for (const node of nodes.values()) setInterval(() => node.report(), 200).unref();
  await eventually('both are in view', async () =>
    (await status.text('/metrics')).text.includes('state="ready",service="status"} 2'),
  );
  await server!.kill();
  for (let userId = 1; userId <= 20; userId++) {
    const berth = await status.place({ userId });
    assert.match(berth.reservation, /^p2c-/);
    const node = nodes.get(berth.node)!;
    const claims = verifyTicket(berth.ticket, node.ticketKey, {
      ...{ node: berth.node, bootEpoch: node.bootEpoch, nowMs: berth.expiresAtMs - 1 },
    });
    assert.equal(claims.user, userId);
  }
});

test('with Redis gone, nobody is sent to a node that has left or of which nothing is heard here', async () => {
  await status.close();
  status = await startStatus(server!.url, { LEASE_SECONDS: '2' });
  const other = await startStatus(server!.url, { LEASE_SECONDS: '2' });
  const left = await ready('left');
  const here = await ready('here');
  const elsewhere = new FakeNode('elsewhere');
  await elsewhere.register(other.client);
  elsewhere.report();
  await eventually('all are in view', async () =>
    (await status.text('/metrics')).text.includes('state="ready",service="status"} 3'),
  );
  await server!.kill();
  for (const node of [here, elsewhere]) setInterval(() => node.report(), 200).unref();
  left.leave();
  const placements = (replica = status) =>
    Promise.all(Array.from({ length: 20 }, async (_, at) => (await replica.place({ userId: at + 1 })).node));
  await eventually('only the node that reports here is left', async () =>
    (await placements()).every((node) => node === 'here'),
  );
  here.break();
  await eventually('and then none: another replica may know better', () =>
    status.place().then(
      () => false,
      ({ code }: { code: string }) => code === 'unavailable',
    ),
  );
  await eventually('on the other replica only the node that reports there is left', async () =>
    (await placements(other)).every((node) => node === 'elsewhere'),
  );
  await other.close();
});

test('with Redis gone a stream stays, and is acknowledged again when it is back and empty', async () => {
  const node = await ready('a');
  const { port } = server!;
  const berth = await status.place();
  await server!.kill();
  const { reservation } = berth;
  const lost = node.report({ connections: 3, usedReservations: [reservation] });
  await assert.rejects(status.revoke({ userId: 1, generation: 2 }), { code: 'unavailable' });
  await eventually('its nodes are told all the same', () => node.revocations.length === 1);
  assert.deepEqual(
    await eventually('heard', () => node.acks.get(lost)),
    [],
    'but used reservations are to be sent again',
  );
  server = await startRedis({ port });
  const timer = setInterval(() => node.report({ connections: 3, usedReservations: [reservation] }), 100);
  await eventually('acknowledged', () => node.acks.get(node.sequence - 1)?.includes(reservation)).finally(
    () => clearInterval(timer),
  );
  assert.equal(node.ended, undefined);
  const next = await eventually('placed by reservation', async () => {
    const placed = await status.place();
    return !placed.reservation.startsWith('p2c-') && placed;
  });
  assert.equal(next.node, 'a');
});

test('a flush is not taken for everybody leaving: no peer is lost, and all are back', async () => {
  const one = await ready('one');
  const two = await ready('two');
  await eventually('they know each other', () => one.peers() === 'one,two');
  one.fleets = [];
  await redis.flushall();
  await eventually('placed again', async () => {
    one.report();
    two.report();
    await status.place().catch(() => {});
    const { body } = await status.http('/v1/fleet');
    return (body.totals as { nodes: number }).nodes === 2;
  });
  assert.equal((await status.place()).expiresAtMs > 0, true);
  for (const fleet of one.fleets) assert.equal(fleet.peers.length, 2);
});

test('without Redis and without a view it says so', async () => {
  const blind = await startStatus('redis://127.0.0.1:1');
  await assert.rejects(blind.place(), { code: 'unavailable' });
  assert.equal((await blind.http('/readyz')).status, 503);
  assert.equal((await blind.http('/v1/fleet')).status, 503);
  await blind.close();
});

const session = '0123456789abcdef0123456789abcdef';
for (const [what, request, sentence] of [
  ['no user', { userId: 0 }, /place: userId/],
  ['a device class that is none', { deviceClass: 'Web!' }, /place: deviceClass: not 1 to 16/],
  ['a session id that is none', { sessionId: session.slice(1) }, /place: sessionId: not 32 hex digits/],
  ['a zone with a tab in it', { zone: 'a\tb' }, /place: zone/],
  ['names to avoid that are none', { avoid: ['a,b'] }, /place: avoid.0: not a DNS label/],
  ['too many to avoid', { avoid: Array.from({ length: 17 }, (_, at) => `n${at}`) }, /place: avoid/],
] as [string, Partial<PlaceRequest>, RegExp][]) {
  test(`a placement with ${what} is refused with a sentence`, async () => {
    await assert.rejects(status.place(request), (error: { code: string; message: string }) => {
      assert.equal(error.code, 'bad_request');
      assert.match(error.message, sentence);
      return true;
    });
  });
}

test('several are placed by one call, and one that is refused is nothing to the others', async () => {
  await ready('a');
  const request = { ...PlaceRequest.create(), deviceClass: 'web', sessionId: session, generation: 1 };
  const users = [1, 0, 2];
  const { outcomes } = await placeMany(users.map((userId) => ({ ...request, userId })));
  assert.deepEqual(
    outcomes.map(({ outcome }) => (outcome?.$case === 'place' ? outcome.value.node : outcome?.value.code)),
    ['a', 'bad_request', 'a'],
  );
  const [one, , two] = outcomes.map(({ outcome }) => outcome?.value as PlaceResponse);
  assert.notEqual(one!.ticket, two!.ticket);
  const { body } = await status.http('/v1/fleet');
  assert.equal((body.nodes as { reserved: number }[])[0]!.reserved, 2);
});

test('a call for nobody, or for more than 128, is refused with a sentence', async () => {
  const request = { ...PlaceRequest.create(), userId: 1, deviceClass: 'web', sessionId: session };
  for (const requests of [[], Array<PlaceRequest>(129).fill(request)])
    await assert.rejects(placeMany(requests), {
      code: 'bad_request',
      message: 'placeMany: requests: 1 to 128.',
    });
});

function placeMany(requests: PlaceRequest[]): Promise<PlaceManyResponse> {
  const { client } = status;
  return call<PlaceManyRequest, PlaceManyResponse>(
    client.placeMany.bind(client),
    { requests },
    { deadlineMs: 10_000 },
  );
}

test('a revocation that names nothing is refused with a sentence', async () => {
  await assert.rejects(status.revoke({ userId: 1 }), {
    code: 'bad_request',
    message: 'revoke: names neither a session nor a generation.',
  });
});
