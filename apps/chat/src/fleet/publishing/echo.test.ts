import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';

// One node: with others there may be repairs, which double what is pushed.
const fleet = useChatFleet(1);

test('a connection that wants no echo is not pushed what it sent, and all other sessions are', async () => {
  const users = [await fleet.user(), await fleet.user()] as [number, number];
  const quiet = await fleet.logIn('node-1', users[0], { echo: false });
  const here = await fleet.logIn('node-1', users[0]);
  const other = await fleet.logIn('node-1', users[0], { echo: false });
  const member = await fleet.logIn('node-1', users[1], { echo: false });
  const created = await quiet.ask('groupCreate', { cid: 'g', title: 'group', members: [member.user] });
  const { conversation } = created.conversation;
  const say = (guest: Guest, text: string) => guest.ask('send', { conversation, cid: text, text });
  const sent = Array.from({ length: 4 }, (_, at) => `by ${at % 2 === 0 ? 'quiet' : 'here'} ${at}`);
  const receipts = await Promise.all(sent.map((text, at) => say(at % 2 === 0 ? quiet : here, text)));
  const answer = await say(member, 'the last');
  assert.equal(answer.seq, 5);
  const inOrder = sent.toSorted((a, b) => receipts[sent.indexOf(a)]!.seq - receipts[sent.indexOf(b)]!.seq);
  const all = [...inOrder, 'the last'];
  const expected = [
    [quiet, all.filter((text) => !text.startsWith('by quiet'))],
    [here, all],
    [other, all],
    [member, inOrder],
  ] as const;
  for (const [guest, texts] of expected) {
    const got: string[] = [];
    while (got.length < texts.length) got.push((await guest.next('deliver')).text);
    assert.deepEqual(got, texts);
    await guest.ask('heartbeat', {});
    assert.deepEqual(guest.pushes('deliver'), []);
  }
  // A resend has the first receipt as its answer, and no echo either.
  assert.equal(
    (await quiet.ask('send', { conversation, cid: sent[0]!, text: sent[0]!, resent: true })).seq,
    receipts[0]!.seq,
  );
  await quiet.ask('heartbeat', {});
  assert.deepEqual(quiet.pushes('deliver'), []);
  const { messages } = await quiet.ask('sync', { conversation, after: 0 });
  assert.deepEqual(
    messages.map(({ text }) => text),
    all,
  );
});
