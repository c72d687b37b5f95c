import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import {
  befriend,
  closeAll,
  connectDevice,
  type Device,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const hourMs = 3_600_000;
const platform = usePlatform({
  nodes: 2,
  environment: {
    chat: {
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../harness/jumping-clock.ts')}`,
      CLOCK_JUMP_MS: String(3 * hourMs),
    },
  },
});

interface Scene {
  devices: [Device, Device];
  conversation: number;
  /** Texts of ann's that are to be sent, each once. */
  wanted: string[];
}

/** Ann has texts sent to bob, a quarter of a second apart, from the fourth second on. */
async function setScene(count: number): Promise<Scene> {
  const [ann, bob] = await seedPeople(platform, 2);
  const devices: [Device, Device] = [
    await connectDevice(platform, ann!),
    await connectDevice(platform, bob!),
  ];
  const conversation = await befriend(...devices);
  const wanted: string[] = [];
  const { client } = devices[0];
  for (let index = 0; index < count; index++) {
    const text = `later ${index}`;
    wanted.push(text);
    await client.schedule(conversation, text, client.now() + 4_000 + 250 * index);
  }
  return { devices, conversation, wanted };
}

const waiting = async ({ devices: [ann] }: Scene): Promise<number> =>
  (await platform.db.rows('SELECT cid FROM scheduled_messages WHERE user_id = ?', [ann.person.id])).length;

const someAreSent = async (scene: Scene) => {
  const before = await waiting(scene);
  await eventually('some are sent', async () => before === 0 || (await waiting(scene)) < before, 40_000);
};

/** What a node had taken when it was killed is another one's after a while. */
async function eachIsSentOnce(scene: Scene): Promise<void> {
  const { devices, conversation, wanted } = scene;
  await eventually('all are sent', async () => (await waiting(scene)) === 0, 60_000);
  await settle(platform, devices, [conversation]);
  const rows = await platform.db.rows<{ text: string }>(
    "SELECT text FROM messages WHERE conversation_id = ? AND sender_id = ? AND text LIKE 'later %'",
    [conversation, devices[0].person.id],
  );
  assert.deepEqual(rows.map(({ text }) => text).sort(), wanted.toSorted());
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  await closeAll(devices);
}

test('what is to be sent later is sent once, though nodes are killed as it is due', async () => {
  const scene = await setScene(12);
  for (const node of platform.nodes) {
    await someAreSent(scene);
    await node.kill();
    await node.start();
  }
  await eachIsSentOnce(scene);
});

test('what is to be sent later is sent once, though MySQL is killed as it is due', async () => {
  const scene = await setScene(8);
  await someAreSent(scene);
  await platform.mysql.kill();
  await platform.restartMysql();
  await eachIsSentOnce(scene);
});

test('what is to be sent later is sent once and at its time, though the clock of a node is hours ahead, and then behind', async () => {
  const scene = await setScene(8);
  const { conversation, devices } = scene;
  const { client } = devices[0];
  await client.schedule(conversation, 'in an hour', client.now() + hourMs);
  const due = 'SELECT cid FROM scheduled_messages WHERE conversation_id = ?';
  const [node] = platform.nodes;
  node!.signal('SIGUSR2');
  await someAreSent(scene);
  node!.signal('SIGUSR2');
  await eventually('what is due is sent', async () => (await waiting(scene)) === 1, 60_000);
  const left = await platform.db.rows(`${due} AND text = 'in an hour' AND look_at = at`, [conversation]);
  assert.equal(left.length, 1);
  await platform.db.run('DELETE FROM scheduled_messages WHERE conversation_id = ?', [conversation]);
  await eachIsSentOnce(scene);
});
