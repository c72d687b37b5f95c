import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

const platform = usePlatform({ nodes: 2, environment: { chat: { DRAIN_SECONDS: '10' } } });

test('every node is restarted in turn while people talk: each is moved, nobody is dropped, nothing is lost', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  for (const node of platform.nodes) {
    assert.equal(await node.stop(), 0, 'it exits in order');
    await load.more(50);
    await node.start();
  }
  for (const { states, person } of load.devices)
    assert.ok(!states.some(({ kind }) => kind === 'offline'), `${person.name} was dropped`);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});
