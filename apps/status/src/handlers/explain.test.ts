import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { FakeNode } from './fake-node.fixture.ts';
import { type RunningStatus, useStatus } from './status.fixture.ts';

const stores = useRedis();
const startStatus = useStatus();
let status: RunningStatus;
before(async () => {
  await stores.ready;
  status = await startStatus(stores.url, { LEASE_SECONDS: '60' });
  for (const [name, zone, connections] of [
    ['calm', 'x', 1],
    ['busy', 'y', 50],
    ['full', 'y', 100],
  ] as const) {
    const node = new FakeNode(name);
    await node.register(status.client, { zone, version: '1.0.0' });
    const sequence = node.report({ connections, leaving: Math.floor(connections / 10) });
    await eventually(`${name} acknowledged`, () => node.acks.has(sequence));
  }
});

const ask = (body: string) =>
  status.http('/v1/placements/explain', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

test('explains what would be chosen and why not the others, and reserves nothing', async () => {
  const { status: code, body } = await ask(JSON.stringify({ userId: 1, deviceClass: 'web', zone: 'y' }));
  assert.equal(code, 200);
  assert.deepEqual(body, {
    strategy: 'least-connections',
    chosen: { node: 'busy', load: 0.5 },
    skips: [{ node: 'calm', reason: 'zone' }],
    nodes: [
      { node: 'calm', load: 0.01, skip: 'zone' },
      { node: 'busy', load: 0.5, skip: null },
      { node: 'full', load: 1, skip: 'capacity' },
    ],
  });
  const { body: fleet } = await status.http('/v1/fleet');
  assert.equal((fleet.totals as { reserved: number }).reserved, 0);
});

test('explains a refusal', async () => {
  const { body } = await ask(JSON.stringify({ userId: 1, deviceClass: 'web', avoid: ['calm', 'busy'] }));
  assert.equal(body.chosen, null);
  assert.deepEqual(body.skips, [
    { node: 'calm', reason: 'avoided' },
    { node: 'busy', reason: 'avoided' },
    { node: 'full', reason: 'capacity' },
  ]);
});

test('the fleet view shows each node with its counts, reservations, state, rate and last report', async () => {
  await status.place({ userId: 5 });
  const { status: code, body } = await status.http('/v1/fleet');
  assert.equal(code, 200);
  const [busy, calm] = body.nodes as Record<string, unknown>[];
  assert.equal(calm!.name, 'calm');
  assert.deepEqual([calm!.connections, calm!.reserved, calm!.capacity, calm!.state], [1, 1, 100, 'ready']);
  assert.deepEqual([busy!.leaving, calm!.leaving], [5, 0]);
  assert.equal(calm!.admissionRate, 500);
  const { sequence, ageMs } = calm!.lastReport as { sequence: number; ageMs: number };
  assert.ok(sequence === 1 && ageMs >= 0 && ageMs < 60_000);
});

for (const [what, body, code, message] of [
  ['no JSON', '{', 'bad_request', /not JSON/],
  ['no user', '{"deviceClass":"web"}', 'bad_request', /explain: userId/],
  ['no object', '[]', 'bad_request', /explain/],
  [
    'a zone that is none',
    '{"userId":1,"deviceClass":"web","zone":"a b"}',
    'bad_request',
    /explain: zone: at most 63/,
  ],
  ['too much', JSON.stringify({ userId: 1, pad: 'x'.repeat(70_000) }), 'too_large', /64 KiB/],
] as const) {
  test(`bad input (${what}) is answered from the error table`, async () => {
    const answer = await ask(body);
    assert.equal(answer.status, code === 'too_large' ? 413 : 400);
    const error = answer.body.error as { code: string; message: string };
    assert.equal(error.code, code);
    assert.match(error.message, message);
  });
}

test('without the operator’s token nothing is told of the fleet', async () => {
  for (const authorization of ['', 'Bearer ', 'Bearer wrong', `Basic ${'a'.repeat(64)}`]) {
    for (const [path, method] of [
      ['/v1/fleet', 'GET'],
      ['/v1/placements/explain', 'POST'],
    ] as const) {
      const { status: code, body } = await status.http(path, { method, headers: { authorization } });
      assert.equal(code, 401, `${path} ${authorization}`);
      assert.deepEqual(Object.keys(body), ['error']);
    }
  }
  assert.equal((await status.http('/readyz', { headers: { authorization: '' } })).status, 200);
});
