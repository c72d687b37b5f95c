import { test } from 'node:test';
import { useChatFleet } from '../chat-fleet.fixture.ts';

// Alone in its fleet and with Redis at hand a node has no reason to doubt anything.
const fleet = useChatFleet(1);

test('a loss without any sign is found by looking at the heads in turn', async () => {
  const alice = await fleet.logIn('node-1', await fleet.user());
  const bob = await fleet.logIn('node-1', await fleet.user());
  const { conversation } = (await alice.ask('directOpen', { user: bob.user })).conversation;
  await alice.ask('send', { conversation, cid: 'x', text: 'one' });
  await bob.next('deliver');
  // A commit of which no node ever heard.
  await fleet.mysql.db.run(
    `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, 2, ?, 'y', 1, 'two')`,
    [conversation, alice.user],
  );
  await fleet.mysql.db.run('UPDATE conversations SET head_seq = 2 WHERE id = ?', [conversation]);
  for (const receiver of [alice, bob])
    await receiver.next('deliver', ({ seq, text }) => seq === 2 && text === 'two');
});
