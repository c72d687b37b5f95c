import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { closeAll, lookAgain, nodeOf, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { type Load, startLoad } from './load.ts';

const platform = usePlatform({ nodes: 2, environment: { chat: { DRAIN_SECONDS: '2' } } });

async function nothingIsLost(load: Load): Promise<void> {
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  const all = await lookAgain(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, all, load.conversations), []);
  await closeAll(all);
}

test('nodes are killed one after the other, as soon as each is back: nothing is lost', async () => {
  const load = await startLoad(platform, 20, { changes: true });
  for (let round = 0; round < 4; round++) {
    const node = platform.nodes[round % 2]!;
    await load.more(50);
    await node.kill();
    await node.start();
  }
  await nothingIsLost(load);
});

test('a drain is given too little time: it is killed in the midst of it, and nothing is lost', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  const node = platform.nodes.find(({ name }) => load.devices.some((device) => nodeOf(device) === name))!;
  node.signal('SIGTERM');
  await eventually('some have left, not all', () => {
    const here = load.devices.filter((device) => nodeOf(device) === node.name).length;
    return here < load.devices.length / 2;
  });
  await node.kill();
  await nothingIsLost(load);
  await node.start();
});
