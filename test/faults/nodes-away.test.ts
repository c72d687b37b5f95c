import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, closeAll, connectDevice, seedPeople, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2 });
const rounds = 3;

test('every node is killed and comes back: what was acknowledged is in the first history that is read', async () => {
  const people = await seedPeople(platform, 2);
  const [ann, bob] = await Promise.all(people.map((person) => connectDevice(platform, person)));
  const conversation = await befriend(ann!, bob!);
  await closeAll([bob!]);
  const said: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    said.push(`before ${round}`, `while away ${round}`);
    await ann!.say(conversation, `before ${round}`);
    await Promise.all(platform.nodes.map((node) => node.kill()));
    const acknowledged = ann!.say(conversation, `while away ${round}`);
    await Promise.all(platform.nodes.map((node) => node.start()));
    ann!.client.wake();
    await acknowledged;

    const fresh = await connectDevice(platform, people[1]!);
    const [history, { head }] = await Promise.all([
      fresh.client.history(conversation).next(),
      fresh.client.request('sync', { conversation, after: 0 }),
    ]);
    assert.deepEqual(
      history.map(({ text }) => text),
      said,
    );
    assert.equal(head, said.length);
    await closeAll([fresh]);
  }
  assert.deepEqual(await verdict(platform, [ann!], [conversation]), []);
  await closeAll([ann!]);
});
