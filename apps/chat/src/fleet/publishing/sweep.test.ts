import { test } from 'node:test';
import { useChatFleet } from '../../chat-fleet.fixture.ts';

// Alone in its fleet and with Redis at hand a node has no reason to doubt anything.
const fleet = useChatFleet(1);

test('a loss without any sign is found by looking at the heads in turn', async () => {
  const alice = await fleet.logIn('node-1', await fleet.user());
  const bob = await fleet.logIn('node-1', await fleet.user());
  const { conversation } = (await alice.ask('directOpen', { user: bob.user })).conversation;
  await alice.ask('send', { conversation, cid: 'x', text: 'one' });
  await bob.next('deliver');
  // Commits of which no node ever heard; the first may be found by the look at a conversation that is new here.
  for (const seq of [2, 3]) {
    await fleet.mysql.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, ?, ?, ?, 1, 'silent')`,
      [conversation, seq, alice.user, `c${seq}`],
    );
    for (const receiver of [alice, bob])
      await receiver.next('deliver', (body) => body.seq === seq && body.text === 'silent');
  }
});
