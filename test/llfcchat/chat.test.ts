import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { FrameSocket, frameOf } from '../harness/frame-socket.ts';
import { connectDevice } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { befriend, type OldUser, oldConnect, oldLogIn, registerOldUser, twoOnTwoNodes } from './old-user.ts';

const platform = usePlatform({
  nodes: 2,
  environment: { verify: { CODES_PER_SOURCE_HOUR: '1000', CODES_PER_MINUTE: '1000' } },
});

test('1006 carries the profile, the lists and no password', async () => {
  const ann = await registerOldUser(platform, 'ann');
  const { client, welcome } = await oldConnect(platform, ann);
  assert.equal(welcome.uid, ann.uid);
  assert.equal(welcome.name, ann.name);
  assert.deepEqual(welcome.apply_list, []);
  assert.deepEqual(welcome.friend_list, []);
  for (const field of ['nick', 'email', 'desc', 'sex', 'icon']) assert.ok(field in welcome, field);
  assert.ok(!JSON.stringify(welcome).includes(ann.password));
  await client.close();
});

test('a forged token, another user’s token and a token used twice are 1010 or 1011', async () => {
  const [ann, eve] = [await registerOldUser(platform, 'ann'), await registerOldUser(platform, 'eve')];
  const berth = await oldLogIn(platform, ann);
  const tryIt = async (uid: number, token: string) => {
    const client = await FrameSocket.connect(berth.host, Number(berth.port));
    const { error } = await client.ask(1005, { uid, token });
    await client.close();
    return error;
  };
  assert.equal(await tryIt(ann.uid, `${berth.token.slice(0, -4)}AAAA`), 1010);
  assert.ok([1010, 1011].includes(await tryIt(eve.uid, berth.token)));
  const again = await oldLogIn(platform, ann);
  const client = await FrameSocket.connect(again.host, Number(again.port));
  assert.equal((await client.ask(1005, { uid: ann.uid, token: again.token })).error, 0);
  const thief = await FrameSocket.connect(again.host, Number(again.port));
  assert.equal((await thief.ask(1005, { uid: ann.uid, token: again.token })).error, 1010);
  await Promise.all([client.close(), thief.close()]);
});

test('no other frame is answered before the log-in', async () => {
  const client = await FrameSocket.connect('127.0.0.1', platform.nodes[0]!.tcpPort);
  client.send(1007, { uid: '1' });
  await client.closed;
  assert.ok(!client.frames.some((frame) => frame.body.error === 0));
});

test('a second log-in kicks the first with 1021, wherever it is', async () => {
  const ann = await registerOldUser(platform, 'ann');
  for (let round = 0; round < 3; round++) {
    const first = await oldConnect(platform, ann);
    const second = await oldConnect(platform, ann);
    const kicked = await first.client.next(1021);
    assert.equal(kicked.body.error, 0);
    assert.equal(kicked.body.uid, ann.uid);
    await first.client.closed;
    assert.equal((await second.client.ask(1023, { fromuid: ann.uid })).error, 0);
    await second.client.close();
  }
});

test('a search takes an id as text or a name, and shows neither e-mail nor password', async () => {
  const { ann, bob, annClient, bobClient } = await twoOnTwoNodes(platform);
  for (const uid of [String(bob.uid), bob.name]) {
    const found = await annClient.ask(1007, { uid });
    assert.equal(found.error, 0);
    assert.equal(found.uid, bob.uid);
    assert.equal(found.name, bob.name);
    assert.ok(!JSON.stringify(found).includes(bob.email));
    assert.ok(!found.pwd);
  }
  assert.notEqual((await annClient.ask(1007, { uid: 'nobody-of-that-name' })).error, 0);
  assert.ok(ann.uid !== bob.uid);
  await Promise.all([annClient.close(), bobClient.close()]);
});

test('a friend request is notified on another node, listed at the next log-in, and accepted with 1014 and 1015', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient } = people;
  assert.equal(
    (await annClient.ask(1009, { uid: ann.uid, applyname: 'hi there', bakname: 'bobby', touid: bob.uid }))
      .error,
    0,
  );
  const notified = (await people.bobClient.next(1011)).body;
  assert.equal(notified.applyuid, ann.uid);
  assert.equal(notified.name, ann.name);
  await people.bobClient.close();
  const { client: bobClient, welcome } = await oldConnect(platform, bob);
  assert.equal(welcome.apply_list.length, 1);
  assert.equal(welcome.apply_list[0].uid, ann.uid);
  assert.equal(welcome.apply_list[0].status, 0);
  const accepted = await bobClient.ask(1013, { fromuid: bob.uid, touid: ann.uid, back: 'annie' });
  assert.equal(accepted.error, 0);
  assert.equal(accepted.uid, ann.uid);
  const told = (await annClient.next(1015)).body;
  assert.equal(told.error, 0);
  assert.equal(told.fromuid, bob.uid);
  assert.equal(told.name, bob.name);
  await annClient.close();
  const back = await oldConnect(platform, ann);
  assert.equal(back.welcome.friend_list.length, 1);
  assert.equal(back.welcome.friend_list[0].uid, bob.uid);
  assert.equal(back.welcome.friend_list[0].back, 'bobby');
  await Promise.all([back.client.close(), bobClient.close()]);
});

test('a text with thread_id goes to the other node as 1019 with chat_datas; the same unique_id is stored once', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  const thread_id = await befriend(people);
  await bobClient.ask(1025, { uid: bob.uid, thread_id: 0 });
  const text = {
    fromuid: ann.uid,
    touid: bob.uid,
    thread_id,
    text_array: [{ content: 'ahoy', unique_id: 'u-1' }],
  };
  const answer = await annClient.ask(1017, text);
  assert.equal(answer.error, 0);
  assert.equal(answer.thread_id, thread_id);
  const [data] = answer.chat_datas;
  assert.equal(data.unique_id, 'u-1');
  assert.equal(data.content, 'ahoy');
  assert.match(data.chat_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const pushed = await bobClient.next(1019, (body) => JSON.stringify(body).includes('ahoy'));
  const got = pushed.body.chat_datas[0];
  assert.equal(got.message_id ?? got.msg_id, data.message_id);
  assert.equal(pushed.body.fromuid, ann.uid);
  assert.equal(pushed.body.thread_id, thread_id);
  const again = await annClient.ask(1017, text);
  assert.equal(again.chat_datas[0].message_id, data.message_id);
  await Promise.all([annClient.close(), bobClient.close()]);
});

test('a text with msgid is echoed and pushed with text_array', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  await befriend(people);
  bobClient.send(1017, {
    fromuid: bob.uid,
    touid: ann.uid,
    text_array: [{ content: 'first of bob', msgid: 'b-1' }],
  });
  await bobClient.next(1018);
  const answer = await annClient.ask(1017, {
    ...{ fromuid: ann.uid, touid: bob.uid },
    text_array: [
      { content: 'one', msgid: 'a-1' },
      { content: 'two', msgid: 'a-2' },
    ],
  });
  assert.equal(answer.error, 0);
  assert.deepEqual(
    answer.text_array.map((item: { msgid: string }) => item.msgid),
    ['a-1', 'a-2'],
  );
  const contents: string[] = [];
  while (!contents.includes('two')) {
    const { body } = await bobClient.next(1019);
    contents.push(...body.text_array.map((item: { content: string }) => item.content));
  }
  assert.deepEqual(
    contents.filter((content) => content === 'one' || content === 'two'),
    ['one', 'two'],
  );
  await Promise.all([annClient.close(), bobClient.close()]);
});

test('the sender is the session’s user whatever fromuid says, and strangers are refused', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  const stranger = await annClient.ask(1017, {
    fromuid: ann.uid,
    touid: bob.uid,
    text_array: [{ content: 'psst', msgid: 'x' }],
  });
  assert.notEqual(stranger.error, 0);
  const thread_id = await befriend(people);
  const forged = await annClient.ask(1017, {
    ...{ fromuid: bob.uid, touid: ann.uid, thread_id },
    text_array: [{ content: 'forged', unique_id: 'f-1' }],
  });
  assert.notEqual(forged.error, 0);
  await annClient.ask(1017, {
    fromuid: ann.uid,
    touid: bob.uid,
    thread_id,
    text_array: [{ content: 'true', unique_id: 't' }],
  });
  await bobClient.next(1019, (body) => JSON.stringify(body).includes('true'));
  assert.ok(!JSON.stringify(bobClient.frames).includes('forged'));
  await Promise.all([annClient.close(), bobClient.close()]);
});

test('what an old client missed while offline is pushed as 1019 once it shows that it does not page', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  await befriend(people);
  await bobClient.close();
  const missed = ['m1', 'm2', 'm3'];
  for (const content of missed) {
    await annClient.ask(1017, {
      fromuid: ann.uid,
      touid: bob.uid,
      text_array: [{ content, msgid: content }],
    });
  }
  const { client } = await oldConnect(platform, bob);
  const contents: string[] = [];
  while (!contents.includes('m3')) {
    const { body } = await client.next(1019);
    contents.push(...body.text_array.map((item: { content: string }) => item.content));
  }
  assert.deepEqual(
    contents.filter((content) => missed.includes(content)),
    missed,
  );
  await Promise.all([annClient.close(), client.close()]);
});

test('what another device of the user has received is pushed to an old client that was away, too', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  const thread_id = await befriend(people);
  const say = (client: FrameSocket, from: OldUser, to: OldUser, content: string) =>
    client.ask(1017, { fromuid: from.uid, touid: to.uid, text_array: [{ content, msgid: content }] });
  assert.equal((await say(bobClient, bob, ann, 'from the old client')).error, 0);
  await say(annClient, ann, bob, 'to the old client');
  await bobClient.next(1019, (body) => JSON.stringify(body).includes('to the old client'));
  await bobClient.close();

  const { uid: id, name, email, password } = bob;
  const web = await connectDevice(platform, { id, name, email, password });
  for (const content of ['m1', 'm2', 'm3']) await say(annClient, ann, bob, content);
  await eventually('the web client has said that it received them', async () => {
    const [row] = await platform.db.rows<{ received_seq: number; head: number }>(
      `SELECT received_seq, (SELECT MAX(seq) FROM messages WHERE conversation_id = ?) AS head FROM members
       WHERE conversation_id = ? AND user_id = ?`,
      [thread_id, thread_id, bob.uid],
    );
    return row!.received_seq === row!.head;
  });
  const { client } = await oldConnect(platform, bob);
  const contents: string[] = [];
  while (!contents.includes('m3')) {
    const { body } = await client.next(1019);
    contents.push(...body.text_array.map((item: { content: string }) => item.content));
  }
  assert.deepEqual(contents, ['m1', 'm2', 'm3'], 'each once, and nothing that it had before');
  await web.client.close();
  await Promise.all([annClient.close(), client.close()]);
});

test('threads are listed by pages, and a private chat is the same thread from either side', async () => {
  const ann = await registerOldUser(platform, 'ann');
  const { client: before } = await oldConnect(platform, ann);
  const threads: number[] = [];
  for (let friend = 0; friend < 12; friend++) {
    const bob = await registerOldUser(platform, 'bob');
    const other = await oldConnect(platform, bob);
    const thread = await befriend({ ann, bob, annClient: before, bobClient: other.client });
    const fromBob = await other.client.ask(1027, { uid: bob.uid, other_id: ann.uid });
    assert.equal(fromBob.thread_id, thread);
    threads.push(thread);
    await other.client.close();
  }
  await before.close();
  // Whom the log-in named.
  const { client } = await oldConnect(platform, ann);
  const listed: number[] = [];
  for (let last = 0, more = true; more; ) {
    const page = await client.ask(1025, { uid: ann.uid, thread_id: last });
    assert.equal(page.error, 0);
    assert.ok(page.threads.length <= 10);
    for (const thread of page.threads) {
      assert.equal(thread.type, 'private');
      assert.ok([thread.user1_id, thread.user2_id].includes(ann.uid));
      listed.push(thread.thread_id);
    }
    more = page.load_more;
    last = page.next_last_id;
  }
  assert.deepEqual([...new Set(listed)].sort(), [...threads].sort());
  assert.equal(listed.length, threads.length);
  await client.close();
});

test('messages are loaded by pages of ten, each once, to the end', async () => {
  const people = await twoOnTwoNodes(platform);
  const { ann, bob, annClient, bobClient } = people;
  const thread_id = await befriend(people);
  for (let index = 0; index < 25; index++) {
    const text_array = [{ content: `page ${index}`, unique_id: `p-${index}` }];
    await annClient.ask(1017, { fromuid: ann.uid, touid: bob.uid, thread_id, text_array });
  }
  const contents: string[] = [];
  const ids: number[] = [];
  for (let last = 0, more = true; more; ) {
    const page = await bobClient.ask(1029, { thread_id, message_id: last });
    assert.equal(page.error, 0);
    assert.ok(page.chat_datas.length <= 10);
    for (const data of page.chat_datas) {
      ids.push(data.msg_id);
      contents.push(data.msg_content);
    }
    more = page.load_more;
    last = page.last_message_id;
  }
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    contents.filter((content) => content.startsWith('page')),
    Array.from({ length: 25 }, (_, i) => `page ${i}`),
  );
  await Promise.all([annClient.close(), bobClient.close()]);
});

test('threads of others cannot be read', async () => {
  const people = await twoOnTwoNodes(platform);
  const thread_id = await befriend(people);
  const eve = await registerOldUser(platform, 'eve');
  const { client } = await oldConnect(platform, eve);
  assert.notEqual((await client.ask(1029, { thread_id, message_id: 0 })).error, 0);
  const text = {
    fromuid: eve.uid,
    touid: people.bob.uid,
    thread_id,
    text_array: [{ content: 'x', unique_id: 'x' }],
  };
  assert.notEqual((await client.ask(1017, text)).error, 0);
  await Promise.all([client.close(), people.annClient.close(), people.bobClient.close()]);
});

test('heartbeats are answered; frames of unknown ids and broken bodies do not end the connection', async () => {
  const ann = await registerOldUser(platform, 'ann');
  const { client } = await oldConnect(platform, ann);
  assert.deepEqual(await client.ask(1023, { fromuid: ann.uid }), { error: 0 });
  client.send(1012, { what: 'unused' });
  client.sendBytes(frameOf(1007, Buffer.from('{"uid":')));
  assert.equal((await client.next(1008)).body.error, 1001);
  assert.deepEqual(await client.ask(1023, { fromuid: ann.uid }), { error: 0 });
  await client.close();
});

test('no frame exceeds 32,767 bytes, however many friends there are', async () => {
  const ann = await registerOldUser(platform, 'ann');
  const now = Date.now();
  for (let index = 0; index < 400; index++) {
    const { insertId } = await platform.db.run(
      `INSERT INTO users (email_key, name_key, name, nick, description, password_hash, created_at) VALUES (?, ?, ?, ?, ?, 'x', ?)`,
      [`many${index}@example.org`, `many${index}`, `many${index}`, `many ${index}`, 'd'.repeat(200), now],
    );
    await platform.db.run(
      'INSERT INTO friendships (user_id, friend_id, conversation_id, created_at) VALUES (?, ?, ?, ?), (?, ?, ?, ?)',
      [...[ann.uid, insertId, 1_000_000 + index, now], ...[insertId, ann.uid, 1_000_000 + index, now]],
    );
  }
  const berth = await oldLogIn(platform, ann);
  const client = await FrameSocket.connect(berth.host, Number(berth.port));
  client.send(1005, { uid: ann.uid, token: berth.token });
  const { body, length } = await client.next(1006);
  assert.equal(body.error, 0);
  assert.ok(length <= 32_767, `${length} bytes`);
  assert.ok(body.friend_list.length > 0);
  await client.close();
});
