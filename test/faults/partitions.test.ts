import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import {
  befriend,
  closeAll,
  connectDevice,
  type Device,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2, proxied: ['peers'] });

/** Two friends, the first on chat-1 and the second on chat-2. */
async function twoOnTwoNodes(): Promise<{ devices: [Device, Device]; conversation: number }> {
  const [one, other] = await seedPeople(platform, 2);
  const first = await connectDevice(platform, one!);
  // Placement hears a moment later that the clients of the test before are gone.
  const second = await eventually('the two are on two nodes', async () => {
    const device = await connectDevice(platform, other!);
    if (nodeOf(device) !== nodeOf(first)) return device;
    await device.client.close();
    return undefined;
  });
  const devices: [Device, Device] = nodeOf(first) === 'chat-1' ? [first, second] : [second, first];
  return { devices, conversation: await befriend(...devices) };
}

/** Messages that chat-2 found by itself. */
async function repairedMessages(): Promise<number> {
  const metrics = await (await fetch(`${platform.nodes[1]!.opsUrl}/metrics`)).text();
  return Number(/^chat_repaired_messages_total(?:\{[^}]*\})? (\d+)$/m.exec(metrics)![1]);
}

/**
 * One talks while the nodes are cut off from each other, the other one only listens and so has no gap to notice: it has
 * all of it before they are mended.
 */
async function talkAcross(cut: () => void): Promise<void> {
  const { devices, conversation } = await twoOnTwoNodes();
  await devices[0].say(conversation, 'before');
  await settle(platform, devices, [conversation]);
  cut();
  const repairedBefore = await repairedMessages();
  for (let index = 0; index < 20; index++) await devices[0].say(conversation, `cut off ${index}`);
  await settle(platform, devices, [conversation]);
  assert.ok((await repairedMessages()) > repairedBefore, 'none came from the other node');
  for (const node of platform.nodes) node.peerProxy.release();
  await devices[1].say(conversation, 'mended');
  await settle(platform, devices, [conversation]);
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  await closeAll(devices);
}

test('nodes that are cut off from each other both ways: every message is there all the same', () =>
  talkAcross(() => {
    for (const node of platform.nodes) node.peerProxy.hold();
  }));

test('nodes that are cut off one way: every message is there all the same', () =>
  talkAcross(() => {
    // Nothing comes from chat-1 to chat-2 any more, whoever of them opened the stream.
    platform.nodes[0]!.peerProxy.hold('back');
    platform.nodes[1]!.peerProxy.hold('forth');
  }));
