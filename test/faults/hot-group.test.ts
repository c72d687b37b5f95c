import assert from 'node:assert/strict';
import { test } from 'node:test';
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

const platform = usePlatform({
  nodes: 4,
  environment: { chat: { SENDS_PER_SECOND: '100000', SENDS_BURST: '100000' } },
});

const inFlight = 10;
const textsEach = 30;

test('a group that four nodes write to at once: everybody gets all their lines in, in their order, and nothing is lost', async () => {
  const devices = await connectInTurn(platform, await seedPeople(platform, 8));
  assert.equal(new Set(devices.map(nodeOf)).size, 4);
  const conversation = await createGroup(devices, 'hot');
  const head = async () => {
    const [row] = await platform.db.rows<{ head: number }>(
      'SELECT MAX(seq) AS head FROM messages WHERE conversation_id = ?',
      [conversation],
    );
    return Number(row!.head ?? 0);
  };
  const before = await head();
  // Whoever is refused or kept waiting beyond the deadline fails the test.
  const seqs = await Promise.all(
    devices.map((device) =>
      Promise.all(
        Array.from({ length: inFlight }, async (_, line) => {
          const own: number[] = [];
          for (let text = 0; text < textsEach; text++) {
            const { seq } = await device.say(conversation, `${device.person.name} ${line}/${text}`);
            own.push(seq);
          }
          return own;
        }),
      ),
    ),
  );
  const sent = devices.length * inFlight * textsEach;
  assert.equal(await head(), before + sent);
  const all = seqs.flat(2);
  assert.equal(new Set(all).size, sent);
  for (const own of seqs.flat())
    assert.deepEqual(
      own,
      own.toSorted((a, b) => a - b),
    );
  await settle(platform, devices, [conversation]);
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  await closeAll(devices);
});
