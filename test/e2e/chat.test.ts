import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import {
  befriend,
  closeAll,
  connectDevice,
  connectInTurn,
  createGroup,
  type Device,
  nextEvent,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import type { Platform } from '../harness/platform.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2 });

/** Devices of new people, alternating between the nodes. */
async function connectPeople(platform: Platform, count: number): Promise<Device[]> {
  const devices = await connectInTurn(platform, await seedPeople(platform, count));
  return devices;
}

test('two friends on two nodes talk, and the checker finds nothing amiss', async () => {
  const [ann, bob] = await connectPeople(platform, 2);
  assert.notEqual(nodeOf(ann!), nodeOf(bob!));
  const requested = nextEvent(bob!.client, 'friendEvent', (event) => event.event === 'requested');
  const accepted = nextEvent(ann!.client, 'friendEvent', (event) => event.event === 'accepted');
  const conversation = await befriend(ann!, bob!);
  await requested;
  await accepted;
  const arrives = nextEvent(bob!.client, 'message', ({ message }) => message.text === 'ahoy');
  await ann!.say(conversation, 'ahoy');
  assert.equal((await arrives).live, true);
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? ann! : bob!).say(conversation, `line ${index}`)),
  );
  await settle(platform, [ann!, bob!], [conversation]);
  assert.deepEqual(await verdict(platform, [ann!, bob!], [conversation]), []);
  await closeAll([ann!, bob!]);
});

test('a stranger cannot write, be written to, or read', async () => {
  const [ann, bob, eve] = await connectPeople(platform, 3);
  const conversation = await befriend(ann!, bob!);
  await assert.rejects(eve!.say(conversation, 'hello?'), { code: 'not_member' });
  await assert.rejects(eve!.client.request('sync', { conversation, after: 0 }), { code: 'not_member' });
  await assert.rejects(eve!.client.request('directOpen', { user: ann!.person.id }), { code: 'not_friends' });
  await closeAll([ann!, bob!, eve!]);
});

test('who was offline gets what was missed, in order, on every device', async () => {
  const [ann, bob] = await connectPeople(platform, 2);
  const conversation = await befriend(ann!, bob!);
  await ann!.say(conversation, 'before');
  await settle(platform, [bob!], [conversation]);
  await bob!.client.disconnect();
  for (let index = 0; index < 250; index++) await ann!.say(conversation, `missed ${index}`);
  const resumed = nextEvent(bob!.client, 'resumed');
  bob!.client.connect();
  await resumed;
  const phone = await connectDevice(platform, bob!.person, { deviceClass: 'phone' });
  await settle(platform, [ann!, bob!, phone], [conversation]);
  assert.deepEqual(await verdict(platform, [ann!, bob!, phone], [conversation]), []);
  await closeAll([ann!, bob!, phone]);
});

test('marks, typing and presence reach the other', async () => {
  const [ann, bob] = await connectPeople(platform, 2);
  const conversation = await befriend(ann!, bob!);
  const outgoing = ann!.client.send(conversation, 'seen?');
  const { seq } = await outgoing.whenSent();
  await eventually('it is delivered', () => ['delivered', 'read'].includes(outgoing.state));
  bob!.client.markRead(conversation, seq);
  await eventually('it is read', () => outgoing.state === 'read');
  const typed = nextEvent(ann!.client, 'typed', (event) => event.user === bob!.person.id);
  bob!.client.typing(conversation);
  assert.equal((await typed).conversation, conversation);
  const gone = nextEvent(
    ann!.client,
    'presence',
    ({ changes }) => changes.some(({ user, online }) => user === bob!.person.id && !online),
    20_000,
  );
  await bob!.client.disconnect();
  await gone;
  const back = nextEvent(ann!.client, 'presence', ({ changes }) =>
    changes.some(({ user, online }) => user === bob!.person.id && online),
  );
  bob!.client.connect();
  await back;
  await closeAll([ann!, bob!]);
});

test('a group is created, talks, changes its members, and each sees what was said while a member', async () => {
  const devices = await connectPeople(platform, 4);
  const [ann, bob, cid, dan] = devices as [Device, Device, Device, Device];
  const group = await createGroup([ann, bob, cid], 'Crew');
  await Promise.all([ann.say(group, 'one'), bob.say(group, 'two'), cid.say(group, 'three')]);
  await befriend(ann, dan);
  await assert.rejects(dan.say(group, 'not yet'), { code: 'not_member' });
  const joined = nextEvent(bob.client, 'conversationEvent', (event) => event.event === 'joined');
  await ann.client.request('groupInvite', { conversation: group, users: [dan.person.id] });
  await joined;
  await dan.say(group, 'four');
  await ann.client.request('groupRemove', { conversation: group, user: cid.person.id });
  await assert.rejects(cid.say(group, 'let me in'), { code: 'not_member' });
  await bob.say(group, 'five');
  await bob.client.request('groupLeave', { conversation: group });
  await ann.say(group, 'six');
  await settle(platform, devices, [group]);
  await eventually(
    'the two who went have what was theirs',
    // The entries by which they went are the last of it: 4 brought dan, 6 is cid's removal, 8 bob's leave.
    () => bob.client.mark(group) >= 8 && cid.client.mark(group) >= 6,
  );
  assert.deepEqual(await verdict(platform, devices, [group]), []);
  await closeAll(devices);
});

test('roles say who may rename, mute and remove', async () => {
  const devices = await connectPeople(platform, 3);
  const [ann, bob, cid] = devices as [Device, Device, Device];
  const group = await createGroup([ann, bob, cid], 'Watch');
  await assert.rejects(bob.client.request('groupRename', { conversation: group, title: 'Mine' }), {
    code: 'forbidden',
  });
  await ann.client.request('groupRole', { conversation: group, user: bob.person.id, role: 'admin' });
  const renamed = nextEvent(cid.client, 'conversationEvent', (event) => event.event === 'renamed');
  await bob.client.request('groupRename', { conversation: group, title: 'Night watch' });
  assert.deepEqual((({ event, ...rest }) => [event, 'title' in rest && rest.title])(await renamed), [
    'renamed',
    'Night watch',
  ]);
  await bob.client.request('groupMute', { conversation: group, user: cid.person.id, forMs: 60_000 });
  await assert.rejects(cid.say(group, 'mmf'), { code: 'muted' });
  await bob.client.request('groupMute', { conversation: group, user: cid.person.id, forMs: 0 });
  await cid.say(group, 'thanks');
  await assert.rejects(bob.client.request('groupRemove', { conversation: group, user: ann.person.id }), {
    code: 'forbidden',
  });
  const { members } = await cid.client.request('members', { conversation: group });
  assert.deepEqual(
    members.map(({ id, role }) => [id, role]).sort(),
    [
      [ann.person.id, 'owner'],
      [bob.person.id, 'admin'],
      [cid.person.id, 'member'],
    ].sort(),
  );
  await closeAll(devices);
});

test('what is set of a group, and who joins by a link, is the same on every device, also after an absence', async () => {
  const devices = await connectPeople(platform, 4);
  const [ann, bob, cid, dan] = devices as [Device, Device, Device, Device];
  const group = await createGroup([ann, bob, cid], 'Knots');
  const set = (settings: object) => ann.client.request('groupSettings', { conversation: group, ...settings });
  await set({ topic: 'Bends', about: 'and hitches' });
  const { seq: root } = await bob.say(group, 'which one?');
  await cid.client.disconnect();
  await set({ topic: '', history: 'beginning' });
  await set({ announcements: true });
  await assert.rejects(bob.say(group, 'may I?'), { code: 'admins_only' });
  await set({ announcements: false, slowMs: 3_600_000 });
  const { link } = await ann.client.request('groupLinkCreate', { conversation: group, maxUses: 1 });
  await dan.client.request('groupJoin', { link: link.link });
  await ann.client.send(group, 'a bowline', { thread: root }).whenSent();
  await dan.say(group, 'ahoy');
  await assert.rejects(dan.say(group, 'again'), ({ code, retryAfterMs }) => {
    assert.ok(retryAfterMs > 0);
    return code === 'slow_mode';
  });
  cid.client.connect();
  await settle(platform, devices, [group]);
  assert.deepEqual(await verdict(platform, devices, [group]), []);
  const { messages } = await dan.client.request('thread', { conversation: group, root });
  assert.deepEqual(
    messages.map(({ text }) => text),
    ['a bowline'],
  );
  await closeAll(devices);
});

test('a block silences both ways, an unblock and the friendship end as they say', async () => {
  const [ann, bob] = (await connectPeople(platform, 2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  await bob.client.request('block', { user: ann.person.id });
  await assert.rejects(ann.say(conversation, 'hello?'), { code: 'blocked' });
  await assert.rejects(bob.say(conversation, 'no'), { code: 'blocked' });
  await bob.client.request('unblock', { user: ann.person.id });
  await ann.say(conversation, 'hello again');
  await ann.client.request('friendRemove', { user: bob.person.id });
  await assert.rejects(bob.say(conversation, 'are we?'), { code: 'not_friends' });
  await closeAll([ann, bob]);
});

test('the conversation list has the last message and the unread count, newest first, page by page', async () => {
  const devices = (await connectPeople(platform, 6)) as Device[];
  const [ann, ...others] = devices as [Device, ...Device[]];
  const conversations: number[] = [];
  for (const other of others) {
    const conversation = await befriend(ann, other);
    conversations.push(conversation);
    await other.say(conversation, `from ${other.person.name}`);
    await other.say(conversation, 'and again');
  }
  const pages = ann.client.conversations({ pageSize: 2 });
  const listed = [];
  while (!pages.done) listed.push(...(await pages.next()));
  assert.deepEqual(
    listed.map(({ conversation }) => conversation),
    conversations.toReversed(),
  );
  for (const summary of listed) {
    assert.equal(summary.last?.text, 'and again');
    assert.equal(summary.unread, 2);
    assert.equal(summary.kind, 'direct');
  }
  await closeAll(devices);
});

test('history is read backwards page by page, each message once', async () => {
  const [ann, bob] = (await connectPeople(platform, 2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  for (let index = 1; index <= 130; index++) await ann.say(conversation, `m${index}`);
  const seqs: number[] = [];
  const pages = bob.client.history(conversation, { pageSize: 40 });
  while (!pages.done) seqs.unshift(...(await pages.next()).map(({ seq }) => seq));
  assert.deepEqual(
    seqs,
    Array.from({ length: 130 }, (_, index) => index + 1),
  );
  await closeAll([ann, bob]);
});

test('a resend with the same cid answers with the first seq, on another device too', async () => {
  const [ann, bob] = (await connectPeople(platform, 2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  const cid = randomBytes(8).toString('hex');
  const phone = await connectDevice(platform, ann.person, { deviceClass: 'phone', createCid: () => cid });
  const web = await connectDevice(platform, ann.person, { deviceClass: 'web2', createCid: () => cid });
  const first = await phone.client.send(conversation, 'once').whenSent();
  const second = await web.client.send(conversation, 'once').whenSent();
  assert.deepEqual(second, first);
  await settle(platform, [bob], [conversation]);
  assert.equal(bob.log.events.filter((event) => event.type === 'delivered').length, 1);
  await closeAll([ann, bob, phone, web]);
});

test('a text that is too large is refused; the largest that is accepted is delivered and synced', async () => {
  const [ann, bob] = (await connectPeople(platform, 2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  const largest = 'é'.repeat(8_000);
  await ann.say(conversation, largest);
  await settle(platform, [bob], [conversation]);
  await assert.rejects(async () => ann.say(conversation, 'é'.repeat(9_000)), { code: 'too_large' });
  const { messages } = await bob.client.request('sync', { conversation, after: 0 });
  assert.equal(messages[0]!.text, largest);
  assert.deepEqual(await verdict(platform, [ann, bob], [conversation]), []);
  await closeAll([ann, bob]);
});
