import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { limits } from '@berth/wire';
import { nobodyIsThere } from '../harness/fleet.ts';
import {
  closeAll,
  connectInTurn,
  createGroup,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

// Long enough for one who is kept from running in the midst of it.
const platform = usePlatform({ nodes: 2, environment: { chat: { DRAIN_SECONDS: '10' } } });

test('a chat node is killed while 50 clients send: all go on elsewhere and nothing is lost, doubled or disordered', async (t) => {
  const load = await startLoad(platform, 50);
  await load.more(500);
  const victim = platform.nodes[0]!;
  const lost = load.devices.filter((device) => nodeOf(device) === victim.name);
  // Within a quarter of a percent of a node's capacity places may be given in a row.
  assert.ok(lost.length >= 15, `${lost.length} on it`);
  await victim.kill();
  const killedAt = performance.now();
  await eventually(
    'everyone is on the other node',
    () => load.devices.every((device) => nodeOf(device) === 'chat-2'),
    60_000,
  );
  const backMs = performance.now() - killedAt;
  await load.more(200);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  t.diagnostic(`everyone was back after ${Math.round(backMs)} ms`);
  await victim.start();
  await load.close();
});

test('a node that gets SIGTERM sends its clients elsewhere, berth in hand, and exits with 0', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  const leaver = platform.nodes.find((node) => load.devices.some((device) => nodeOf(device) === node.name))!;
  const code = await leaver.stop();
  assert.equal(code, 0);
  await eventually('everyone is elsewhere', () =>
    load.devices.every((device) => !['none', leaver.name].includes(nodeOf(device))),
  );
  for (const { states } of load.devices)
    assert.ok(!states.some(({ kind }) => kind === 'offline'), 'moved, not dropped');
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await leaver.start();
  await load.close();
});

test('a node that is stopped is left by whoever is owed an answer, long before it counts as silent', async (t) => {
  await nobodyIsThere(platform);
  const devices = await connectInTurn(platform, await seedPeople(platform, 4));
  const sleeper = platform.nodes[0]!;
  const onIt = devices.filter((device) => nodeOf(device) === sleeper.name);
  const elsewhere = devices.filter((device) => nodeOf(device) !== sleeper.name);
  assert.ok(onIt.length > 0 && elsewhere.length > 0);
  const conversation = await createGroup(devices, 'all of them');
  for (const { states } of devices) states.length = 0;
  sleeper.signal('SIGSTOP');
  const stoppedAt = performance.now();
  await Promise.all(devices.map((device) => device.say(conversation, 'is anybody there?')));
  const answeredMs = performance.now() - stoppedAt;
  t.diagnostic(`everyone was answered after ${Math.round(answeredMs)} ms`);
  assert.ok(answeredMs < limits.deadMs / 2, `${answeredMs}`);
  for (const { states } of onIt) assert.equal(states[0]?.kind, 'connecting');
  for (const { states } of elsewhere) assert.deepEqual(states, []);
  sleeper.signal('SIGCONT');
  await settle(platform, devices, [conversation]);
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  await closeAll(devices);
});

test('a node that is stopped and goes on later neither loses nor doubles anything', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  const sleeper = platform.nodes[1]!;
  sleeper.signal('SIGSTOP');
  const asleep = performance.now();
  await eventually('its lease has run out', () => performance.now() - asleep > 8_000);
  sleeper.signal('SIGCONT');
  await load.more(200);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});
