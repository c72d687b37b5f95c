import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { nodesOfFleet } from '../harness/fleet.ts';
import { connectInTurn, createGroup, nodeOf, seedPeople, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

/** More than a batch holds. */
const inHand = 600;
/** Longer than a server keeps the locks of who says nothing, a caller waits for an answer, and status for a report. */
const stoppedMs = 20_000;

const platform = usePlatform({ nodes: 2, environment: { chat: { SENDS_BURST: '1000' } } });

test('a node is stopped with batches in hand until it has been given up: what it then writes follows what others wrote meanwhile', async () => {
  const devices = await connectInTurn(platform, await seedPeople(platform, 6));
  const sleeper = platform.nodes[0]!;
  const owner = devices.find((device) => nodeOf(device) !== sleeper.name)!;
  const onIt = devices.filter((device) => nodeOf(device) === sleeper.name);
  const [fenced] = onIt;
  assert.ok(owner && fenced && onIt.length > 1);
  const conversation = await createGroup([owner, ...devices.filter((device) => device !== owner)], 'fenced');
  const load = await startLoad(platform, 20);
  await load.more(200);
  // In hand when it stops: sent, and not answered.
  const sent = Array.from({ length: inHand }, (_, index) => fenced.say(conversation, `in hand ${index}`));
  const fates = Promise.allSettled(sent);
  await eventually('some of them are stored', async () => {
    const rows = await platform.db.rows('SELECT 1 FROM messages WHERE conversation_id = ? LIMIT 1', [
      conversation,
    ]);
    return rows.length > 0;
  });
  sleeper.signal('SIGSTOP');
  const stoppedAt = performance.now();
  await owner.client.request('groupRemove', { conversation, user: fenced.person.id });
  for (const index of Array(20).keys()) await owner.say(conversation, `meanwhile ${index}`);
  await load.more(100);
  await eventually(
    'status has given it up',
    async () =>
      (await nodesOfFleet(platform)).every(({ name, state }) => name !== sleeper.name || state === 'lost'),
    60_000,
  );
  // Time itself is what is waited for.
  while (performance.now() - stoppedAt < stoppedMs) await load.more(10);
  sleeper.signal('SIGCONT');
  await fates;
  await load.more(200);
  await load.stop();
  const rows = await platform.db.rows<{ seq: number; kind: number; sender_id: number }>(
    'SELECT seq, kind, sender_id FROM messages WHERE conversation_id = ? ORDER BY seq',
    [conversation],
  );
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    rows.map((_, index) => index + 1),
  );
  const removal = rows.findIndex(({ kind }) => kind !== 0);
  assert.ok(removal >= 0);
  assert.deepEqual(
    rows.slice(removal).filter(({ kind, sender_id }) => kind === 0 && sender_id === fenced.person.id),
    [],
  );
  const all = [...devices, ...load.devices];
  const conversations = [conversation, ...load.conversations];
  await settle(platform, all, conversations);
  assert.deepEqual(await verdict(platform, all, conversations), []);
  await load.close();
  for (const device of devices) await device.client.close();
});
