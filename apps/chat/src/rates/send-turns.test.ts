import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Profile } from '@berth/wire';
import { send } from '../handlers/send.ts';
import { createFriends, createPeople, createStoredNode } from '../stores.fixture.ts';
import { SendTurns } from './send-turns.ts';

const mysql = useMysql();
const node = () => {
  const made = createStoredNode(mysql.url);
  closers.push(() => made.close());
  return made;
};
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers) await close();
});

test('messages sent at once are stored in their order, also when the first one’s rights must be read', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  await createFriends(mysql.db, ann, [bob]);
  const [row] = await mysql.db.rows<{ id: number }>(
    'SELECT conversation_id AS id FROM friendships WHERE user_id = ?',
    [ann.id],
  );
  const { context, ask } = node();
  const { directory } = context.stores;
  const read = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const reload = directory.reload.bind(directory);
  // The standing is in the cache before the first message has it.
  directory.reload = async (...key) => {
    const standing = await reload(...key);
    read.resolve();
    await answered.promise;
    return standing;
  };
  const say = (cid: string) => ask(send, 'send', ann, { conversation: row!.id, cid, text: cid });
  const first = say('first');
  await read.promise;
  const others = [say('second'), say('third')];
  answered.resolve();
  const receipts = await Promise.all([first, ...others]);
  assert.deepEqual(
    receipts.map(({ seq }) => seq),
    [1, 2, 3],
  );
});

test('who fails lets the next one go, and nobody waits for a commit', async () => {
  const turns = new SendTurns();
  const failing = turns.take(1, 1, async () => {
    throw new RangeError('no');
  });
  const stuck = turns.take(1, 1, async (handedOn) => {
    handedOn();
    await new Promise(() => {});
  });
  void stuck;
  await assert.rejects(failing, RangeError);
  assert.equal(await turns.take(1, 1, async () => 'third'), 'third');
  assert.equal(turns.isTaken(1, 1), false);
});
