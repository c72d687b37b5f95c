import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Body } from '../harness/frame-socket.ts';
import { nodeOf } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { befriendCrowd } from './crowd.ts';
import { type OldUser, oldConnect, oldLogIn, registerOldUser } from './old-user.ts';
import { QtClient, type QtVariant } from './qt-client.ts';
import { qtPeople } from './qt-people.ts';

const platform = usePlatform({
  nodes: 2,
  environment: {
    verify: { CODES_PER_SOURCE_HOUR: '1000', CODES_PER_MINUTE: '1000' },
    // A busy machine may keep the reader from a read, and who beats from the beat, for longer than the defaults are.
    chat: { OLD_CLIENT_SPACING_MS: '300', HEARTBEAT_SECONDS: '1', DEAD_SECONDS: '10' },
  },
});

const variants: readonly QtVariant[] = ['plain', 'threads'];
const greeting = 'We are friends now!';

const { logIn, deviceOf, makeFriends, noFaults } = qtPeople(platform);

test('a request is asked and accepted by old clients: both have the request’s text, then the greeting', async () => {
  const [annUser, bobUser] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'bob')];
  const [ann, bob] = [await logIn(annUser, 'threads'), await logIn(bobUser, 'threads')];
  const asked = { uid: annUser.uid, applyname: 'hi, it is me', bakname: 'bobby', touid: bobUser.uid };
  assert.equal((await ann.ask(1009, asked)).error, 0);
  await bob.frame(1011);
  const accepted = await bob.ask(1013, { fromuid: bobUser.uid, touid: annUser.uid, back: 'annie' });
  const told = await ann.frame(1015);
  for (const body of [accepted, told]) {
    assert.deepEqual(
      body.chat_datas.map(({ sender, msg_content }: Body) => [sender, msg_content]),
      [
        [annUser.uid, 'hi, it is me'],
        [bobUser.uid, greeting],
      ],
    );
    for (const entry of body.chat_datas) {
      assert.ok(Number.isInteger(entry.msg_id) && Number.isInteger(entry.thread_id));
      assert.equal(typeof entry.unique_id, 'string');
      assert.match(entry.chat_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    }
  }
  await ann.say(bobUser.uid, 'first words');
  await eventually('bob has it', () => bob.textsWith(annUser.uid).includes('first words'));
  assert.deepEqual(bob.textsWith(annUser.uid), ['hi, it is me', greeting, 'first words']);
  noFaults(ann, bob);
});

test('a request is accepted elsewhere, asked elsewhere, or crosses another: an old client gets the messages with it', async () => {
  const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
  const users: OldUser[] = [];
  for (const name of names) users.push(await registerOldUser(platform, name));
  const [annUser, bobUser, cidUser, danUser, eveUser] = users as [
    OldUser,
    OldUser,
    OldUser,
    OldUser,
    OldUser,
  ];
  const ann = await logIn(annUser, 'threads');
  const [bob, cid, dan] = [await deviceOf(bobUser), await deviceOf(cidUser), await deviceOf(danUser)];
  const eve = await logIn(eveUser, 'threads');
  const ask = (touid: number, applyname: string) =>
    ann.ask(1009, { uid: annUser.uid, applyname, bakname: '', touid });

  await ask(bobUser.uid, 'accepted elsewhere');
  await bob.client.request('friendAccept', { user: annUser.uid });
  await eventually('bob is there', () => ann.textsWith(bobUser.uid).length === 2);
  assert.deepEqual(ann.textsWith(bobUser.uid), ['accepted elsewhere', greeting]);

  await cid.client.request('friendRequest', { user: annUser.uid, note: 'asked elsewhere' });
  await ann.frame(1011, ({ applyuid }) => applyuid === cidUser.uid);
  await ann.ask(1013, { fromuid: annUser.uid, touid: cidUser.uid, back: '' });
  assert.deepEqual(ann.textsWith(cidUser.uid), ['asked elsewhere', greeting]);

  await dan.client.request('friendRequest', { user: annUser.uid, note: 'crossed by an old client' });
  await ask(danUser.uid, 'me, too');
  await eventually('dan is there', () => ann.textsWith(danUser.uid).length === 2);
  assert.deepEqual(ann.textsWith(danUser.uid), ['crossed by an old client', greeting]);

  await ask(eveUser.uid, 'crossed by another');
  await eve.ask(1009, { uid: eveUser.uid, applyname: 'and I', bakname: '', touid: annUser.uid });
  for (const [client, other] of [
    [ann, eveUser.uid],
    [eve, annUser.uid],
  ] as const)
    await eventually(
      'both are there',
      () => client.textsWith(other).join() === `crossed by another,${greeting}`,
    );
  noFaults(ann, eve);
});

test('a client without threads gets to know a new friend before it gets the texts', async () => {
  const [annUser, bobUser] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'bob')];
  const ann = await logIn(annUser, 'plain');
  const bob = await deviceOf(bobUser);
  await ann.ask(1009, { uid: annUser.uid, applyname: 'hello', bakname: '', touid: bobUser.uid });
  const { friend } = await bob.client.request('friendAccept', { user: annUser.uid });
  await bob.say(friend.conversation, 'at once');
  await eventually('the text is shown', () => ann.shown.some(({ content }) => content === 'at once'));
  assert.deepEqual(
    ann.shown.map(({ content }) => content),
    [greeting, 'at once'],
  );
  noFaults(ann);
});

for (const variant of variants)
  test(`log-in in mid-conversation (${variant}, 10 reads a second): nothing is lost, order is kept`, async () => {
    const [annUser, bobUser] = [
      await registerOldUser(platform, 'ann'),
      await registerOldUser(platform, 'bob'),
    ];
    const conversation = await makeFriends(annUser, bobUser);
    const bob = await deviceOf(bobUser);
    const said: string[] = [];
    const say = async (count: number) => {
      for (let index = 0; index < count; index++) {
        said.push(`line ${said.length}`);
        await bob.say(conversation, said.at(-1)!);
      }
    };
    await say(35);
    const ann = new QtClient(annUser, { variant, readsPerSecond: 10 });
    let isTalking = true;
    const talking = (async () => {
      while (isTalking) await say(1);
    })();
    await ann.logIn(platform, 60_000);
    await eventually('it is told live', () => ann.frames.some(({ id }) => id === 1019), 30_000);
    isTalking = false;
    await talking;
    const texts = () =>
      (variant === 'plain' ? ann.shown.map(({ content }) => content) : ann.textsWith(bobUser.uid)).filter(
        (text) => text.startsWith('line'),
      );
    await eventually('it has the last', () => texts().includes(said.at(-1)!), 60_000);
    assert.deepEqual(texts(), said);
    noFaults(ann);
    await bob.client.close();
  });

for (const variant of variants)
  test(`300 messages in a burst from the other node (${variant}, 10 reads a second)`, async () => {
    const [annUser, bobUser] = [
      await registerOldUser(platform, 'ann'),
      await registerOldUser(platform, 'bob'),
    ];
    const conversation = await makeFriends(annUser, bobUser);
    const ann = await logIn(annUser, variant, { readsPerSecond: 10 });
    const bob = await eventually('bob is on the other node', async () => {
      const device = await deviceOf(bobUser);
      const node = platform.nodes.find(({ tcpPort }) => tcpPort === ann.nodePort)!;
      if (nodeOf(device) !== node.name) return device;
      await device.client.close();
      return undefined;
    });
    // Known to be allowed to write: what is sent at once is stored in the order of sending.
    await bob.say(conversation, 'before');
    const said = Array.from({ length: 300 }, (_, index) => `burst ${index}`);
    await Promise.all(said.map((text) => bob.client.send(conversation, text).whenSent()));
    const texts = () =>
      (variant === 'plain' ? ann.shown.map(({ content }) => content) : ann.textsWith(bobUser.uid)).filter(
        (text) => text.startsWith('burst'),
      );
    await eventually('it has all', () => texts().length >= said.length, 60_000);
    assert.deepEqual(texts(), said);
    noFaults(ann);
    await bob.client.close();
  });

test('what a user writes on another device is shown as the user’s own, where threads are', async () => {
  const [annUser, bobUser] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'bob')];
  const conversation = await makeFriends(annUser, bobUser);
  const [ann, bob] = [await logIn(annUser, 'threads'), await logIn(bobUser, 'plain')];
  const web = await deviceOf(annUser);
  await web.say(conversation, 'from the web');
  await ann.say(bobUser.uid, 'from here');
  await eventually('both are shown', () => ann.textsWith(bobUser.uid).includes('from the web'));
  const own = [...ann.threadWith(bobUser.uid)![1].messages.values()].filter(({ content }) =>
    content.startsWith('from'),
  );
  assert.deepEqual(
    own.map(({ sender }) => sender),
    [annUser.uid, annUser.uid],
  );
  const pushed = ann.frames.filter(({ id }) => id === 1019).flatMap(({ body }) => body.chat_datas);
  assert.deepEqual(
    pushed.map(({ content }: Body) => content),
    ['from the web'],
    'what it sent itself is not repeated',
  );
  await eventually('bob has both', () => bob.shown.some(({ content }) => content === 'from here'));
  const unread = async () => (await web.client.request('conversation', { conversation })).conversation.unread;
  // Who writes has read what is there; that is written down a moment later.
  await eventually('the own ones are not unread', async () => (await unread()) === 0);
  await bob.ask(1017, {
    ...{ fromuid: bobUser.uid, touid: annUser.uid },
    text_array: [{ content: 'one of his', msgid: 'b-1' }],
  });
  await ann.say(bobUser.uid, 'an answer from the old client');
  await bob.ask(1017, {
    ...{ fromuid: bobUser.uid, touid: annUser.uid },
    text_array: [{ content: 'another of his', msgid: 'b-2' }],
  });
  await eventually('only what came after the answer is unread', async () => (await unread()) === 1);
  const bobsWeb = await deviceOf(bobUser);
  await bobsWeb.say(conversation, 'not for the first variant');
  await web.say(conversation, 'the last');
  await eventually('bob has the last', () => bob.shown.some(({ content }) => content === 'the last'));
  assert.ok(bob.shown.every(({ from }) => from === annUser.uid));
  noFaults(ann, bob);
  await Promise.all([web.client.close(), bobsWeb.client.close()]);
});

test('1026 lists whom 1006 named: no groups, no ended friendships, and all of them again after a log-out', async () => {
  const annUser = await registerOldUser(platform, 'ann');
  const friends: OldUser[] = [];
  for (let index = 0; index < 12; index++) {
    friends.push(await registerOldUser(platform, 'friend'));
  }
  await makeFriends(annUser, ...friends);
  const web = await deviceOf(annUser);
  const [gone, ...staying] = friends as [OldUser, ...OldUser[]];
  const group = await web.client.request('groupCreate', {
    ...{ cid: 'group', title: 'Crew', members: [friends[1]!.uid] },
  });
  await web.client.request('friendRemove', { user: gone.uid });
  const ann = await logIn(annUser, 'threads');
  const expected = staying.map(({ uid }) => uid).sort();
  const peers = () => ann.listed.map((thread) => ann.threads.get(thread)!.peer).sort();
  assert.deepEqual([...ann.friends.keys()].sort(), expected);
  assert.deepEqual(peers(), expected);
  await web.say(group.conversation.conversation, 'for groups');
  ann.logOut();
  await ann.logIn(platform);
  assert.deepEqual(peers(), expected);
  await ann.say(staying[0]!.uid, 'still here');
  assert.ok(!JSON.stringify(ann.frames).includes('for groups'));
  noFaults(ann);
  await web.client.close();
});

test('of 1,000 friends as many are told as fit, and one beyond them comes with the first text', async () => {
  const annUser = await registerOldUser(platform, 'ann');
  const bobUser = await registerOldUser(platform, 'bob');
  await befriendCrowd(platform, annUser.uid, 999);
  const conversation = await makeFriends(annUser, bobUser);
  for (const variant of variants) {
    const ann = await logIn(annUser, variant, { readsPerSecond: 30, timeoutMs: 120_000 });
    const { friend_list } = await ann.frame(1006);
    assert.ok(friend_list.length > 100 && friend_list.length < 1_000, `${friend_list.length} friends`);
    assert.ok(!friend_list.some(({ uid }: Body) => uid === bobUser.uid), 'all the others were active later');
    if (variant === 'threads') {
      const pages = ann.frames.filter(({ id }) => id === 1026).flatMap(({ body }) => body.threads);
      assert.equal(pages.length, friend_list.length);
      await eventually(
        'whose texts of the round before are unread is told of',
        () => ann.textsWith(bobUser.uid).includes('plain 14'),
        30_000,
      );
    }
    const bob = await deviceOf(bobUser);
    const said = Array.from({ length: 15 }, (_, index) => `${variant} ${index}`);
    for (const text of said) await bob.say(conversation, text);
    const texts = () =>
      (variant === 'plain' ? ann.shown.map(({ content }) => content) : ann.textsWith(bobUser.uid)).filter(
        (text) => text.startsWith(variant),
      );
    await eventually('all are there', () => texts().includes(said.at(-1)!), 30_000);
    // With 1015 come ten at most of what was said before.
    assert.deepEqual(texts(), said.slice(-texts().length));
    assert.ok(texts().length >= 10);
    noFaults(ann);
    await bob.client.close();
  }
});

test('before 1026 a 1019 has text_array only, after it chat_datas only, and 1006 a token for files', async () => {
  const [annUser, bobUser] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'bob')];
  const conversation = await makeFriends(annUser, bobUser);
  const bob = await deviceOf(bobUser);
  const { client, welcome } = await oldConnect(platform, annUser);
  assert.match(welcome.token, /^[\w-]{32}$/);
  await bob.say(conversation, 'before');
  const before = (await client.next(1019, (body) => JSON.stringify(body).includes('before'))).body;
  assert.equal(before.chat_datas, undefined);
  assert.equal((await client.ask(1025, { uid: annUser.uid, thread_id: 0 })).threads.length, 1);
  await client.ask(1029, { thread_id: conversation, message_id: 0 });
  await bob.say(conversation, 'after');
  const after = (await client.next(1019, (body) => JSON.stringify(body).includes('after'))).body;
  assert.equal(after.text_array, undefined);
  assert.equal(after.chat_datas[0].content, 'after');
  assert.equal(typeof after.chat_datas[0].unique_id, 'string');
  for (const field of ['fromuid', 'touid', 'thread_id']) assert.ok(Number.isInteger(after[field]), field);
  await client.close();
  await bob.client.close();
});

test('a message has one number, for both and for ever: unique over all threads, ascending within each', async () => {
  const names = ['ann', 'bob', 'cid'];
  const users: OldUser[] = [];
  for (const name of names) users.push(await registerOldUser(platform, name));
  const [annUser, bobUser, cidUser] = users as [OldUser, OldUser, OldUser];
  const withBob = await makeFriends(annUser, bobUser);
  await makeFriends(annUser, cidUser);
  const [ann, bob, cid] = [
    await logIn(annUser, 'threads'),
    await logIn(bobUser, 'threads'),
    await logIn(cidUser, 'threads'),
  ];
  for (let round = 0; round < 12; round++) {
    await ann.say(bobUser.uid, `to bob ${round}`);
    await ann.say(cidUser.uid, `to cid ${round}`);
    await bob.say(annUser.uid, `from bob ${round}`);
  }
  const idsOf = (client: QtClient, peer: number) =>
    [...client.threadWith(peer)![1].messages.keys()].sort((a, b) => a - b);
  for (const [other, user] of [
    [bob, bobUser],
    [cid, cidUser],
  ] as const)
    await eventually('both have the same', () => {
      const [its, anns] = [idsOf(other, annUser.uid), idsOf(ann, user.uid)];
      return its.length > 10 && its.join() === anns.join();
    });
  // In the order of its numbers it is the order of saying.
  const said = Array.from({ length: 12 }, (_, round) => [`to bob ${round}`, `from bob ${round}`]).flat();
  assert.deepEqual(ann.textsWith(bobUser.uid).slice(-24), said);
  // A process that starts anew reads the same numbers by pages.
  const before = idsOf(ann, bobUser.uid);
  ann.logOut();
  const afresh = await logIn(annUser, 'threads');
  assert.deepEqual(idsOf(afresh, bobUser.uid), before);
  // A client that was told by an earlier release goes on behind the seq that it has.
  const seqs = await platform.db.rows<{ seq: number }>(
    'SELECT seq FROM messages WHERE conversation_id = ? AND kind = 0 ORDER BY seq',
    [withBob],
  );
  noFaults(afresh, bob, cid);
  const { client } = await oldConnect(platform, annUser);
  const page = await client.ask(1029, { thread_id: withBob, message_id: seqs[4]!.seq });
  assert.deepEqual(
    page.chat_datas.map(({ msg_id }: Body) => msg_id),
    before.slice(5, 15),
  );
  await client.close();
});

for (const variant of variants)
  test(`who is kicked is told so last (${variant}), and who does not go is cut`, async () => {
    const user = await registerOldUser(platform, 'ann');
    const first = await logIn(user, variant);
    const second = await logIn(user, variant);
    await eventually('the first is told', () => first.reasons.length > 0);
    assert.deepEqual(first.reasons, ['off line']);
    assert.ok(second.isConnected);
    // A client that does not hang up by itself.
    const { client: third } = await oldConnect(platform, user);
    await eventually('the second is told', () => second.reasons.length > 0);
    const fourth = await logIn(user, variant);
    await third.next(1021);
    assert.equal(third.isClosed, false);
    await third.closed;
    noFaults(first, second, fourth);
  });

test('a client that never beats may be silent; one that has is given up', async () => {
  const [annUser, bobUser] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'bob')];
  const conversation = await makeFriends(annUser, bobUser);
  const silent = await logIn(annUser, 'plain');
  const { client: beating } = await oldConnect(platform, bobUser);
  await beating.ask(1023, { fromuid: bobUser.uid });
  await beating.closed;
  assert.ok(silent.isConnected);
  const bob = await deviceOf(bobUser);
  await bob.say(conversation, 'are you there?');
  await eventually('it is', () => silent.shown.some(({ content }) => content === 'are you there?'));
  noFaults(silent);
  await bob.client.close();
});

test('ports are texts, ids are numbers', async () => {
  const berth = await oldLogIn(platform, await registerOldUser(platform, 'types'));
  for (const field of ['host', 'port', 'chathost', 'chatport', 'token'])
    assert.equal(typeof berth[field], 'string');
  assert.ok(Number.isInteger(berth.uid));
});
