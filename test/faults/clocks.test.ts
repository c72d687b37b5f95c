import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeAll, connectDevice, nodeOf, seedPeople, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

const jump = {
  NODE_OPTIONS: `--import=${join(import.meta.dirname, '../harness/jumping-clock.ts')}`,
  CLOCK_JUMP_MS: String(3 * 3_600_000),
};
const platform = usePlatform({ nodes: 2, environment: { chat: jump, status: jump } });

test('clocks jump by hours, forth and back: nobody is dropped, the newly come get in, nothing is lost', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  const before = load.devices.map(nodeOf);
  const jumping = [platform.nodes[0]!, platform.service('status')];
  const newcomers = [];
  for (const direction of ['forth', 'back']) {
    for (const service of jumping) service.signal('SIGUSR2');
    await load.more(100);
    for (const person of await seedPeople(platform, 4)) newcomers.push(await connectDevice(platform, person));
    assert.deepEqual(load.devices.map(nodeOf), before, `nobody was dropped by the jump ${direction}`);
  }
  assert.deepEqual([...new Set(newcomers.map(nodeOf))].sort(), ['chat-1', 'chat-2']);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  const [{ jumps }] = (await platform.db.rows<{ jumps: number }>(
    `SELECT COUNT(*) AS jumps FROM messages one JOIN messages next
     ON next.conversation_id = one.conversation_id AND next.seq = one.seq + 1
     WHERE next.sent_at < one.sent_at`,
  )) as [{ jumps: number }];
  assert.ok(jumps > 0, 'the clocks did jump');
  await closeAll(newcomers);
  await load.close();
});
