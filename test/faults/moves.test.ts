import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { nodeOf, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { timeOffline, watchSockets } from '../harness/watched-sockets.ts';
import { startLoad } from './load.ts';

const platform = usePlatform({ nodes: 3, environment: { chat: { DRAIN_SECONDS: '20' } } });

test('a node that is drained while people talk moves them all: none is cut, none is without a connection, nothing is lost', async (t) => {
  const sockets = watchSockets();
  const load = await startLoad(platform, 240, { client: { WebSocket: sockets.WebSocket } });
  await load.more(500);
  const leaver = platform.nodes[0]!;
  const moving = load.devices.filter((device) => nodeOf(device) === leaver.name);
  assert.ok(moving.length >= 60, `${moving.length} on it`);
  const offline = load.devices.map(({ client }) => timeOffline(client));
  const came = load.devices.map(({ states }) => states.length);
  const begunAt = performance.now();
  assert.equal(await leaver.stop(), 0);
  const tookMs = performance.now() - begunAt;
  await eventually('everyone is elsewhere', () =>
    load.devices.every((device) => !['none', leaver.name].includes(nodeOf(device))),
  );
  await load.more(500);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  const times = offline.map((ms) => ms()).sort((one, other) => one - other);
  t.diagnostic(
    `${moving.length} sessions moved in ${Math.round(tookMs)} ms, offline at most ${times.at(-1)} ms`,
  );
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  assert.equal(sockets.abrupt, 0, 'closed by the node');
  assert.equal(times.at(-1), 0, 'without a connection');
  const moves = load.devices.map(({ states }, at) =>
    states.slice(came[at]).filter(({ kind }) => kind === 'online'),
  );
  assert.equal(moves.flat().length, moving.length, 'each moved once');
  await load.close();
});
