import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { befriend, closeAll, connectDevice, seedPeople, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2 });

test('what is to be sent later is sent once, though nodes are killed as it is due', async () => {
  const people = await seedPeople(platform, 2);
  const devices = [
    await connectDevice(platform, people[0]!),
    await connectDevice(platform, people[1]!),
  ] as const;
  const [ann, bob] = devices;
  const conversation = await befriend(ann, bob);
  const wanted: string[] = [];
  // A dozen, a quarter of a second apart, from the second after next on.
  for (let index = 0; index < 12; index++) {
    const text = `later ${index}`;
    wanted.push(text);
    await ann.client.schedule(conversation, text, ann.client.now() + 4_000 + 250 * index);
  }
  const waiting = async () =>
    (await platform.db.rows('SELECT cid FROM scheduled_messages WHERE user_id = ?', [ann.person.id])).length;
  for (const node of platform.nodes) {
    const before = await waiting();
    await eventually('some are sent', async () => before === 0 || (await waiting()) < before, 40_000);
    await node.kill();
    await node.start();
  }
  // What a node had taken when it was killed is another one's after a while.
  await eventually('all are sent', async () => (await waiting()) === 0, 60_000);
  await settle(platform, [...devices], [conversation], 40_000);
  const rows = await platform.db.rows<{ text: string }>(
    'SELECT text FROM messages WHERE conversation_id = ? AND sender_id = ? AND kind = 0',
    [conversation, ann.person.id],
  );
  assert.deepEqual(
    rows
      .map(({ text }) => text)
      .filter((text) => text.startsWith('later'))
      .sort(),
    wanted.sort(),
  );
  assert.deepEqual(await verdict(platform, [...devices], [conversation]), []);
  await closeAll([...devices]);
});
