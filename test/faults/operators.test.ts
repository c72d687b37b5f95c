import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { fleetCommand } from '../harness/berth-command.ts';
import { nodeOf, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { timeOffline, watchSockets } from '../harness/watched-sockets.ts';
import { startLoad } from './load.ts';

const platform = usePlatform({ nodes: 3, environment: { chat: { DRAIN_SECONDS: '20' } } });

test('an operator empties a node, puts it back and evens the fleet out, and nobody notices', async (t) => {
  const sockets = watchSockets();
  const load = await startLoad(platform, 90, { client: { WebSocket: sockets.WebSocket } });
  const offline = load.devices.map(({ client }) => timeOffline(client));
  const countOn = (name: string) => load.devices.filter((device) => nodeOf(device) === name).length;
  const name = platform.nodes.find((node) => countOn(node.name) > 0 && node.running)!.name;
  const before = countOn(name);
  const drained = JSON.parse(await fleetCommand(platform, 'drain', name, '--json'));
  assert.deepEqual([drained.node, drained.left], [name, 0]);
  assert.equal(countOn(name), 0);
  assert.match(await fleetCommand(platform, 'ls'), new RegExp(`^${name} +draining +0 `, 'm'));
  assert.match(await fleetCommand(platform, 'explain'), new RegExp(`^${name} .*state$`, 'm'));
  await load.more(100);

  await fleetCommand(platform, 'uncordon', name);
  await eventually('it is in service', async () =>
    /^state +ready$/m.test(await fleetCommand(platform, 'show', name)),
  );
  assert.match(await fleetCommand(platform, 'rebalance'), /sessions are moved from .*\ndone/);
  const nodes = platform.nodes.filter((node) => node.running);
  const mean = load.devices.length / nodes.length;
  await eventually('it is even', () =>
    nodes.every((node) => Math.abs(countOn(node.name) - mean) <= mean / 5),
  );
  assert.match(await fleetCommand(platform, 'plan'), /nodes, \d+ wanted: .*\n\(nothing scales this fleet/);
  await assert.rejects(fleetCommand(platform, 'drain', 'nobody'), /There is no node nobody/);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  t.diagnostic(`${before} were moved away; now ${nodes.map((node) => countOn(node.name))}`);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  assert.equal(sockets.abrupt, 0, 'closed by a node');
  assert.equal(Math.max(...offline.map((ms) => ms())), 0, 'without a connection');
  await load.close();
});

test('an operator is given a token of their own, which is told to nobody else, and is taken back', async () => {
  const minted = JSON.parse(
    await fleetCommand(platform, 'token', 'create', 'eyes', '--scope', 'read', '--expires', '1h', '--json'),
  );
  const shown = (operatorToken: string) => ({ service: platform.service, operatorToken });
  const own = shown(minted.token);
  assert.match(await fleetCommand(own, 'ls'), /^chat-1 /m);
  await assert.rejects(fleetCommand(own, 'cordon', 'chat-1'), /The token eyes has the scope read/);
  const rotated = await fleetCommand(own, 'token', 'rotate', 'eyes', '--overlap', '1m');
  const next = /^berth_op_\S+$/m.exec(rotated)![0];
  assert.match(await fleetCommand(own, 'ls'), /^chat-1 /m);
  assert.match(await fleetCommand(shown(next), 'ls'), /^chat-1 /m);
  const listed = await fleetCommand(platform, 'token', 'ls');
  assert.match(listed, /^eyes +read +live /m);
  assert.ok(!listed.includes(next));
  assert.match(await fleetCommand(platform, 'token', 'revoke', 'eyes'), /^eyes is refused/);
  await assert.rejects(fleetCommand(shown(next), 'ls'), /The operator’s token eyes was revoked/);
  await assert.rejects(fleetCommand(own, 'ls'), /This is no operator’s token/);
});
