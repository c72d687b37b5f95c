import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useChatFleet } from '../../chat-fleet.fixture.ts';

const fleet = useChatFleet(2);

test('changes reach every session as its client knows them, on every node, in order', async () => {
  const knowing = { entries: true, changes: true };
  const ann = await fleet.logIn('node-1', await fleet.user(), knowing);
  const bob = await fleet.logIn('node-2', await fleet.user(), knowing);
  const former = await fleet.logIn('node-2', await fleet.user(), { entries: true });
  const old = await fleet.logIn('node-1', await fleet.user(), { transport: 'tcp' });
  const members = [bob, former, old].map(({ user }) => user);
  const wish = { cid: 'g', title: 'Crew', members };
  const { conversation } = (await ann.ask('groupCreate', wish)).conversation;
  const { seq: target } = await ann.ask('send', { conversation, cid: 'one', text: 'helo' });
  const { seq: gone } = await ann.ask('send', { conversation, cid: 'two', text: 'oops' });
  const mentions = [{ user: bob.user, at: 0, length: 3 }];
  const edit = { conversation, target, cid: 'edit', text: 'hello', mentions };
  const edited = await ann.ask('edit', edit);
  assert.deepEqual({ ...(await ann.ask('edit', edit)), req: 0 }, { ...edited, req: 0 });
  const reacted = await bob.ask('react', { conversation, target, cid: 'react', emoji: '👍', on: true });
  const recalled = await ann.ask('recall', { conversation, target: gone, cid: 'recall' });
  await bob.ask('send', { conversation, cid: 'end', text: 'end', mentions });
  for (const guest of [ann, bob]) {
    const end = await guest.next('deliver', ({ text }) => text === 'end');
    assert.deepEqual([end.mentions, guest.pushes('changed')[0]!.mentions], [mentions, mentions]);
    assert.deepEqual(
      guest
        .pushes('changed')
        .map(({ seq, kind, sender, text, emoji, count }) => [seq, kind, sender, text, emoji, count]),
      [
        [edited.seq, 'edited', ann.user, 'hello', undefined, undefined],
        [reacted.seq, 'reacted', bob.user, '', '👍', 1],
        [recalled.seq, 'recalled', ann.user, '', undefined, undefined],
      ],
    );
  }
  for (const guest of [former, old]) {
    await guest.next('deliver', ({ text }) => text === 'end');
    assert.deepEqual(
      guest.pushes('deliver').map(({ seq, text, replyTo }) => [seq, text, replyTo]),
      [
        [target, 'helo', undefined],
        [gone, 'oops', undefined],
        [edited.seq, '✎ hello', target],
      ],
    );
    assert.deepEqual([...guest.pushes('changed'), ...guest.pushes('entry')], []);
  }
});

test('of what a user does again without waiting for an answer the last holds', async () => {
  const knowing = { entries: true, changes: true };
  const ann = await fleet.logIn('node-1', await fleet.user(), knowing);
  const bob = await fleet.logIn('node-2', await fleet.user(), knowing);
  const wish = { cid: 'turns', title: 'Crew', members: [ann.user] };
  const { conversation } = (await bob.ask('groupCreate', wish)).conversation;
  const { seq: target } = await bob.ask('send', { conversation, cid: 'one', text: 'here' });
  const at = { conversation, target };
  for (let round = 0; round < 5; round++) {
    const on = round % 2 === 0;
    const toggles = [on, !on, on].map((isOn, index) => ({ isOn, cid: `turn ${round} ${index}` }));
    await Promise.all(
      toggles.flatMap(({ isOn, cid }) => [
        ann.ask('react', { ...at, cid, emoji: '👍', on: isOn }),
        ann.ask('bookmark', { ...at, on: isOn }),
        ann.ask('preferences', { conversation, archived: isOn }),
      ]),
    );
    const { messages } = await ann.ask('bookmarks', { conversation });
    assert.equal(messages.length, on ? 1 : 0);
    const told = (await ann.ask('sync', { conversation, after: target - 1, limit: 1 })).messages[0]!;
    assert.deepEqual(told.reactions?.[0]?.count, on ? 1 : undefined);
    const { archived } = (await ann.ask('conversation', { conversation })).conversation;
    assert.equal(archived !== undefined, on);
  }
});
