import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { connectDevice } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { befriend, registerOldUser, twoOnTwoNodes } from './old-user.ts';
import type { QtClient } from './qt-client.ts';
import { qtPeople } from './qt-people.ts';

const platform = usePlatform({
  nodes: 2,
  environment: {
    verify: { CODES_PER_SOURCE_HOUR: '1000', CODES_PER_MINUTE: '1000' },
    chat: { OLD_CLIENT_SPACING_MS: '300' },
  },
});

const { logIn, deviceOf, makeFriends, noFaults } = qtPeople(platform);

test('an edit names what it corrects, and a recall takes the number of what it erased, live and after an absence', async () => {
  const [annUser, bobUser, eveUser] = [
    await registerOldUser(platform, 'ann'),
    await registerOldUser(platform, 'bob'),
    await registerOldUser(platform, 'eve'),
  ];
  const conversation = await makeFriends(bobUser, annUser);
  const withEve = await makeFriends(bobUser, eveUser);
  const [ann, eve] = [await logIn(annUser, 'threads'), await logIn(eveUser, 'plain')];
  const bob = await deviceOf(bobUser);
  const long = `${'👩‍👩‍👧‍👦 kept whole,\n'.repeat(4)}and so on`;
  const quote = `${'👩‍👩‍👧‍👦 kept whole, '.repeat(2)}👩‍👩‍👧‍👦 kept whole…`;
  const tell = async (place: number) => {
    const { seq } = await bob.say(place, long);
    const gone = await bob.say(place, 'a secret');
    await bob.say(place, 'beside it');
    await bob.client.edit(place, seq, 'second');
    await bob.client.edit(place, seq, 'third');
    return { seq, gone: gone.seq };
  };
  const timeOf = async (place: number, seq: number) => {
    const { messages } = await bob.client.request('sync', { conversation: place, after: seq - 1, limit: 1 });
    return new Date(messages[0]!.sentAt).toISOString().slice(0, 19).replace('T', ' ');
  };
  const shownTo = (client: QtClient) => client.shown.map(({ content }) => content);
  // What is told live from here on has the words of then; what is read later has those of now.
  for (const place of [conversation, withEve]) await bob.say(place, 'first');
  await eventually('ann is told live', () => ann.textsWith(bobUser.uid).includes('first'));
  await eventually('eve is told live', () => shownTo(eve).includes('first'));
  const [toAnn, toEve] = [await tell(conversation), await tell(withEve)];
  await eventually('ann has all', () => ann.textsWith(bobUser.uid).at(-1)?.endsWith('third'));
  await eventually('eve has all', () => shownTo(eve).at(-1)?.endsWith('third'));
  const lines = [`✎ "${quote}" → second`, '✎ "second" → third'];
  const live = [long, 'a secret', 'beside it', ...lines];
  assert.deepEqual(ann.textsWith(bobUser.uid).slice(-5), live);
  assert.deepEqual(shownTo(eve).slice(-5), live);

  const numbered = () => [...ann.threadWith(bobUser.uid)![1].messages.values()];
  const number = numbered().find(({ content }) => content === 'a secret')!.id;
  await bob.client.recall(conversation, toAnn.gone);
  await bob.client.recall(withEve, toEve.gone);
  const fixed = 'This message was recalled.';
  const told = await ann.frame(1019, ({ chat_datas }) => chat_datas?.[0]?.content === fixed);
  assert.deepEqual(told.chat_datas, [
    {
      ...{ message_id: number, unique_id: told.chat_datas[0].unique_id, content: fixed, status: 2 },
      chat_time: await timeOf(conversation, toAnn.gone),
    },
  ]);
  assert.deepEqual(ann.textsWith(bobUser.uid).slice(-5), [long, fixed, 'beside it', ...lines]);
  const gone = `The message of ${await timeOf(withEve, toEve.gone)} was recalled.`;
  await eventually('eve is told which one', () => shownTo(eve).at(-1) === gone);

  // Without versions a message is named by its time.
  await bob.client.edit(conversation, toAnn.seq, 'fourth');
  await platform.db.rows('DELETE FROM message_versions WHERE conversation_id = ? AND text = ?', [
    conversation,
    'third',
  ]);
  const named = await timeOf(conversation, toAnn.seq);
  ann.logOut();
  const again = await logIn(annUser, 'threads');
  assert.deepEqual(again.textsWith(bobUser.uid).slice(-6), [
    ...['fourth', fixed, 'beside it', `✎ "${quote}" → fourth`, '✎ "second" → fourth'],
    `✎ ${named} → fourth`,
  ]);
  await bob.client.recall(conversation, toAnn.seq);
  await eventually('nothing of it is left', () => again.textsWith(bobUser.uid).at(-6) === fixed);
  again.logOut();
  const last = await logIn(annUser, 'threads');
  assert.deepEqual(last.textsWith(bobUser.uid).slice(-3), [fixed, fixed, 'beside it']);
  noFaults(ann, again, last, eve);
  await bob.client.close();
});

test('an edit comes to an old client as a line that names what it corrects, and a recalled text reads as one', async () => {
  const people = await twoOnTwoNodes(platform);
  const { bob, annClient, bobClient } = people;
  const thread_id = await befriend(people);
  await bobClient.close();
  const { uid: id, name, email, password } = bob;
  const web = await connectDevice(platform, { id, name, email, password });
  const { seq } = await web.say(thread_id, 'helo');
  const mentions = [{ user: people.ann.uid, at: 0, length: 5 }];
  await web.client.edit(thread_id, seq, 'hello', { mentions });
  await web.client.react(thread_id, seq, '👍', true);
  const heard: string[] = [];
  while (!heard.includes('✎ "helo" → hello')) {
    const { body } = await annClient.next(1019);
    heard.push(...body.text_array.map((item: { content: string }) => item.content));
  }
  assert.ok(heard.includes('helo'));
  const gone = await web.say(thread_id, 'oops');
  await web.client.recall(thread_id, gone.seq);
  const page = await annClient.ask(1029, { thread_id, message_id: 0 });
  const contents = page.chat_datas.map(({ msg_content }: { msg_content: string }) => msg_content);
  assert.deepEqual(contents.slice(-3), ['hello', '✎ "helo" → hello', 'This message was recalled.']);
  await web.client.close();
  await annClient.close();
});
