import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { nodesOfFleet } from '../harness/fleet.ts';
import { closeAll, connectDevice, type Device, nodeOf, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 3, statusReplicas: 2 });
const replicas = ['status', 'status-2'];

/** Every node is ready to be placed on, and so many connections are counted. */
const isWhole = async (replica: string, connections: number) => {
  const nodes = await nodesOfFleet(platform, replica);
  const counted = nodes.reduce((sum, node) => sum + node.connections, 0);
  if (nodes.length === 3 && nodes.every(({ barred }) => barred === null) && counted === connections)
    return true;
  throw new Error(JSON.stringify(nodes));
};

/** Log-ins that a replica has placed since it started. */
async function placedBy(replica: string): Promise<number> {
  const metrics = await (await fetch(`${platform.service(replica).opsUrl}/metrics`)).text();
  return Number(/^status_placements_total\{[^}]*outcome="placed"[^}]*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

test('either replica of status may die: people log in all the while, and its nodes go to the other', async () => {
  const devices: Device[] = [];
  const comeIn = async (count: number) => {
    for (const person of await seedPeople(platform, count)) {
      const device = await connectDevice(platform, person);
      // Looked at is whether it stays.
      device.states.length = 0;
      devices.push(device);
    }
  };
  await comeIn(6);
  for (const victim of replicas) {
    const other = replicas.find((name) => name !== victim)!;
    await platform.service(victim).kill();
    await comeIn(3);
    await eventually('every node reports to the other one', () => isWhole(other, devices.length), 60_000);
    await comeIn(3);
    await platform.service(victim).start();
    await eventually(
      'the replica that is back has its share of the log-ins',
      async () => {
        await comeIn(1);
        return (await placedBy(victim)) > 0;
      },
      60_000,
    );
    await eventually('and knows all of it', () => isWhole(victim, devices.length), 60_000);
  }
  await comeIn(6);
  const perNode = Object.groupBy(devices, nodeOf);
  assert.deepEqual(Object.keys(perNode).sort(), ['chat-1', 'chat-2', 'chat-3']);
  for (const [node, there] of Object.entries(perNode))
    assert.ok(there!.length >= 6, `${node}: ${there!.length}`);
  for (const { states, person } of devices)
    assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} stayed connected`);
  await closeAll(devices);
});
