import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useChatFleet } from './chat-fleet.fixture.ts';

const fleet = useChatFleet(2);

for (const transport of ['tcp', 'ws'] as const)
  test(`a direct message crosses nodes over ${transport}, and its sender hears of the commit`, async () => {
    const [a, b] = [await fleet.user(), await fleet.user()];
    const alice = await fleet.logIn('node-1', a, { transport });
    const bob = await fleet.logIn('node-2', b, { transport });
    const { conversation } = (await alice.ask('directOpen', { user: b })).conversation;
    const receipt = await alice.ask('send', { conversation, cid: 'one', text: 'hello' });
    assert.equal(receipt.seq, 1);
    const { text, sender, seq } = await bob.next('deliver');
    assert.deepEqual({ text, sender, seq }, { text: 'hello', sender: a, seq: 1 });
    const back = await bob.ask('send', { conversation, cid: 'two', text: 'hi' });
    assert.equal(back.seq, 2);
    assert.equal((await alice.next('deliver', (message) => message.seq === 2)).text, 'hi');
  });
