import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Message } from '@berth/wire';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';

const fleet = useChatFleet(2);
const knowing = { entries: true, changes: true };
let cids = 0;
const cid = () => `c${cids++}`;

type Crew = [Guest, Guest, Guest, Guest];

/** A group of the first three, and somebody who is not in it. */
async function crew(): Promise<{ guests: Crew; conversation: number }> {
  const guests: Guest[] = [];
  for (let index = 0; index < 4; index++)
    guests.push(await fleet.logIn(`node-${1 + (index % 2)}`, await fleet.user(), knowing));
  const [owner, ...others] = guests as Crew;
  const members = others.slice(0, 2).map(({ user }) => user);
  const made = await owner.ask('groupCreate', { cid: cid(), title: 'Crew', members });
  return { guests: guests as Crew, conversation: made.conversation.conversation };
}

const words = (conversation: number, text: string) => ({ conversation, cid: cid(), text });
const of = (conversation: number, target: number) => ({ conversation, cid: cid(), target });
const say = async (who: Guest, conversation: number, text: string, more: object = {}) =>
  (await who.ask('send', { ...words(conversation, text), ...more })).seq;

/** Everything that shows what became of messages. */
async function viewOf(
  who: Guest,
  conversation: number,
  { first, poll, crowded }: { first: number; poll: number; crowded: number },
) {
  const summary = (await who.ask('conversation', { conversation })).conversation;
  return {
    page: (await who.ask('sync', { conversation, after: 0 })).messages,
    around: (await who.ask('sync', { conversation, before: first + 1 })).messages,
    last: summary.last,
    mentions: summary.mentions,
    thread: await who.ask('thread', { conversation, root: first }),
    versions: (await who.ask('versions', { conversation, target: first })).versions,
    reactions: (await who.ask('reactions', { conversation, target: first })).reactions,
    crowd: (await who.ask('reactions', { conversation, target: crowded })).reactions,
    votes: await who.ask('votes', { conversation, target: poll }),
    pins: (await who.ask('pins', { conversation })).messages,
    bookmarks: (await who.ask('bookmarks', {})).messages,
    links: (await who.ask('sharedItems', { conversation, what: 'links' })).messages,
  };
}

const withoutReq = <T>(view: T): T =>
  JSON.parse(JSON.stringify(view, (key, value) => (key === 'req' ? undefined : value))) as T;

test('a former member sees a conversation as it was when they left, by every door, and of what was taken back nothing', async () => {
  const { guests, conversation } = await crew();
  const [ann, bob, cat] = guests;
  const first = await say(ann, conversation, 'the pier https://pier.example');
  const second = await say(cat, conversation, 'the quay');
  const asked = { question: 'Where?', options: ['pier', 'quay', 'buoy'], many: true };
  const poll = await say(cat, conversation, '', { poll: asked });
  const reply = await say(cat, conversation, 'below', { thread: first });
  const last = await say(ann, conversation, 'last words');
  for (const target of [first, second, last]) await bob.ask('bookmark', { conversation, target, on: true });
  const react = (who: Guest, target: number, emoji: string, on: boolean) =>
    who.ask('react', { ...of(conversation, target), emoji, on });
  await ann.ask('edit', { ...of(conversation, first), text: 'the pier, once https://pier.example' });
  await react(cat, first, '👍', true);
  await react(bob, first, '👍', true);
  await react(bob, second, '🎉', true);
  await ann.ask('pin', { ...of(conversation, first), on: true });
  await ann.ask('pin', { ...of(conversation, last), on: true });
  await cat.ask('vote', { ...of(conversation, poll), options: [0, 1] });
  await bob.ask('vote', { ...of(conversation, poll), options: [1] });
  await bob.ask('groupLeave', { conversation });

  const places = { first, poll, crowded: second };
  const before = withoutReq(await viewOf(bob, conversation, places));
  assert.deepEqual(before.votes.votes.length, 3);
  assert.deepEqual(
    before.pins.map(({ seq }) => seq),
    [last, first],
  );
  const old = await fleet.logIn('node-1', bob.user, { deviceClass: 'desktop' });
  const beforeOld = withoutReq(await viewOf(old, conversation, places));
  await eventually('the last of what was theirs is pushed', () =>
    bob.pushes('entry').some(({ kind }) => kind === 'left'),
  );
  const pushed = bob.frames.length;

  const name = (
    await fleet.mysql.db.rows<{ nick: string }>('SELECT nick FROM users WHERE id = ?', [bob.user])
  )[0]!;
  const calling = `@${name.nick} come back`;
  await ann.ask('edit', { ...of(conversation, first), text: 'the pier is closed' });
  await ann.ask('edit', { ...of(conversation, first), text: 'the pier is open' });
  await cat.ask('edit', { ...of(conversation, second), text: 'see https://quay.example' });
  await cat.ask('edit', { ...of(conversation, reply), text: 'above' });
  const mentions = [{ user: bob.user, at: 0, length: name.nick.length + 1 }];
  await ann.ask('edit', { ...of(conversation, last), text: calling, mentions });
  await react(cat, first, '👍', false);
  await react(ann, first, '🎉', true);
  await react(ann, second, '🎉', true);
  await ann.ask('pin', { ...of(conversation, first), on: false });
  await ann.ask('pin', { ...of(conversation, second), on: true });
  await ann.ask('pin', { ...of(conversation, last), on: false });
  await ann.ask('pin', { ...of(conversation, last), on: true });
  await cat.ask('vote', { ...of(conversation, poll), options: [2] });
  await ann.ask('vote', { ...of(conversation, poll), options: [0] });
  await cat.ask('pollClose', of(conversation, poll));

  const again = await fleet.logIn('node-2', bob.user, { ...knowing, deviceClass: 'tablet' });
  for (const who of [bob, again])
    assert.deepEqual(withoutReq(await viewOf(who, conversation, places)), before);
  assert.deepEqual(withoutReq(await viewOf(old, conversation, places)), beforeOld);
  // What they pass on is what they see.
  const own = await bob.ask('groupCreate', { cid: cid(), title: 'Own', members: [] });
  const to = own.conversation.conversation;
  const passed = await bob.ask('send', { ...words(to, ''), forward: { conversation, seq: second } });
  assert.equal(passed.text, 'the quay');
  const told = bob.frames.slice(pushed).filter(({ body }) => body.conversation === conversation);
  assert.deepEqual(told, []);
  // Whoever is there sees what is there now.
  const now = (await cat.ask('sync', { conversation, after: 0 })).messages;
  assert.equal(now.find(({ seq }) => seq === first)!.text, 'the pier is open');

  for (const target of [first, last]) await ann.ask('recall', of(conversation, target));
  const { page, pins, versions, reactions, bookmarks } = await viewOf(bob, conversation, places);
  const gone = (seq: number) => page.find((message) => message.seq === seq)!;
  for (const seq of [first, last]) assert.deepEqual([gone(seq).text, gone(seq).recalledBy], ['', ann.user]);
  assert.ok(page.every(({ kind, target, text }) => kind !== 'edited' || target !== first || text === ''));
  assert.deepEqual([pins, versions, reactions], [[], [], []]);
  assert.ok(bookmarks.every(({ seq, text }) => seq === second || text === ''));

  // Who comes back is there again.
  await ann.ask('groupInvite', { conversation, users: [bob.user] });
  const back = (await bob.ask('sync', { conversation, after: 0 })).messages;
  assert.equal(back.find(({ seq }) => seq === second)!.text, 'see https://quay.example');
});

test('a vote in an anonymous poll whose answer was lost is one vote, whatever was chosen since', async () => {
  const { guests, conversation } = await crew();
  const [ann, bob, cat] = guests;
  const asked = { question: 'Where?', options: ['pier', 'quay'], anonymous: true };
  const poll = await say(ann, conversation, '', { poll: asked });
  const vote = { ...of(conversation, poll), options: [0] };
  const lost = await fleet.logIn('node-1', bob.user, { ...knowing, deviceClass: 'desktop' });
  lost.send('vote', { req: 99, ...vote });
  const first = await cat.next('changed', ({ target }) => target === poll);
  lost.destroy();
  const again = await bob.ask('vote', vote);
  assert.deepEqual([again.seq, again.counts, again.voters], [first.seq, [1, 0], 1]);
  await bob.ask('vote', { ...of(conversation, poll), options: [1] });
  // It comes once more, and late.
  assert.deepEqual((await bob.ask('vote', vote)).seq, first.seq);
  const { messages } = await cat.ask('sync', { conversation, after: poll - 1 });
  assert.deepEqual(messages[0]!.poll!.counts, [0, 1]);
  assert.equal(messages.filter(({ kind }) => kind === 'polled').length, 2);
  await assert.rejects(cat.ask('vote', { ...vote, options: [1], target: poll + 1 }), { code: 'not_found' });
  await assert.rejects(
    bob.ask('react', { ...vote, cid: vote.cid, emoji: '🎉', on: true, target: poll + 1 }),
    {
      code: 'not_found',
    },
  );
  // Somebody else may call theirs the same.
  assert.deepEqual((await cat.ask('vote', vote)).counts, [1, 1]);
  await ann.ask('pollClose', of(conversation, poll));
  assert.equal((await bob.ask('vote', vote)).seq, first.seq);
  const rows = await fleet.mysql.db.rows<{ cid: Buffer; sender_id: number }>(
    'SELECT cid, sender_id FROM messages WHERE conversation_id = ? AND kind <> 0 AND seq > ?',
    [conversation, poll],
  );
  assert.ok(rows.every(({ cid: stored, sender_id }) => sender_id === ann.user && !stored.includes(vote.cid)));
});

test('a reply, what is passed on, a pin and a thread name only what whoever does it sees, and who reads is shown no more', async () => {
  const { guests, conversation } = await crew();
  const [ann, bob, cat, dan] = guests;
  const early = await say(ann, conversation, 'before dan');
  const early2 = await say(cat, conversation, 'before dan, too');
  await bob.ask('groupLeave', { conversation });
  await ann.ask('groupInvite', { conversation, users: [dan.user] });
  await ann.ask('groupRole', { conversation, user: dan.user, role: 'admin' });
  const late = await say(ann, conversation, 'with dan');
  const { conversation: elsewhere } = (
    await dan.ask('groupCreate', { cid: cid(), title: 'Elsewhere', members: [] })
  ).conversation;
  const strange = await fleet.logIn('node-1', await fleet.user(), knowing);

  const at = Date.now() + 3_600_000;
  const tries: [Guest, string, () => Promise<unknown>][] = [];
  for (const [who, target, code] of [
    [dan, early, 'not_found'],
    [dan, late + 9, 'not_found'],
    [bob, late, 'not_member'],
    [strange, early, 'not_member'],
  ] as const) {
    const isHere = who === dan;
    const named = { ...words(conversation, 'see above'), replyTo: target };
    const replied = isHere ? 'bad_request' : 'not_member';
    tries.push([who, replied, () => who.ask('send', named)]);
    tries.push([who, replied, () => who.ask('schedule', { ...named, cid: cid(), at })]);
    tries.push([who, code, () => who.ask('send', { ...words(conversation, 'below'), thread: target })]);
    tries.push([who, code, () => who.ask('pin', { ...of(conversation, target), on: true })]);
    tries.push([who, code, () => who.ask('react', { ...of(conversation, target), emoji: '🎉', on: true })]);
    // A former member sees the rest, and what came later no more than one who came later sees what was before.
    const seen = who === bob ? 'not_found' : code;
    tries.push([who, seen, () => who.ask('thread', { conversation, root: target })]);
    tries.push([who, seen, () => who.ask('bookmark', { conversation, target, on: true })]);
    tries.push([who, seen, () => who.ask('versions', { conversation, target })]);
    tries.push([who, seen, () => who.ask('reactions', { conversation, target })]);
  }
  for (const [index, [, code, attempt]] of tries.entries())
    await assert.rejects(attempt(), { code }, `try ${index}`);
  for (const [who, seq, code] of [
    [dan, early, 'not_found'],
    [strange, early, 'not_member'],
  ] as const) {
    const to = who === dan ? elsewhere : conversation;
    const forward = { ...words(to, ''), forward: { conversation, seq } };
    await assert.rejects(who.ask('send', forward), { code });
  }
  const own = await say(dan, conversation, 'fine', { replyTo: late });

  // Who was there may reply to it: who came later is told that it is a reply, and sees nothing of what to.
  const reply = await say(cat, conversation, 'as said', { replyTo: early });
  await say(cat, conversation, 'below it', { thread: early2 });
  const page = (await dan.ask('sync', { conversation, after: 0 })).messages;
  assert.ok(!JSON.stringify(page).includes('before dan'));
  assert.equal(page.find(({ seq }) => seq === reply)!.replyTo, early);
  assert.ok(page.some(({ seq, replyTo }) => seq === own && replyTo === late));
  assert.deepEqual((await dan.ask('sync', { conversation, before: early2 + 1 })).messages, []);
  const pushed = await dan.next('deliver', ({ seq }) => seq === reply);
  assert.ok(!JSON.stringify(pushed).includes('before dan'));

  // What was stored stays so, though it could not be sent any more.
  const before = { ...words(conversation, 'kept'), replyTo: early };
  const kept = await cat.ask('send', before);
  await cat.ask('groupLeave', { conversation });
  await ann.ask('groupInvite', { conversation, users: [cat.user] });
  assert.equal((await cat.ask('send', { ...before, resent: true })).seq, kept.seq);
  assert.ok((await say(cat, conversation, 'and again', { replyTo: early })) > kept.seq);
});

test('who came later is not told what becomes of what was there before', async () => {
  const { guests, conversation } = await crew();
  const [ann, bob, cat, dan] = guests;
  const early = await say(ann, conversation, 'before dan');
  const asked = { question: 'Where?', options: ['pier', 'quay'] };
  const poll = await say(ann, conversation, '', { poll: asked });
  await ann.ask('groupInvite', { conversation, users: [dan.user] });
  const plain = await fleet.logIn('node-1', dan.user, { entries: true, deviceClass: 'desktop' });
  const change = async () => {
    await ann.ask('edit', { ...of(conversation, early), text: 'the secret of the pier' });
    await cat.ask('react', { ...of(conversation, early), emoji: '🎉', on: true });
    await cat.ask('vote', { ...of(conversation, poll), options: [1] });
    await ann.ask('pin', { ...of(conversation, early), on: true });
    return say(ann, conversation, 'and on');
  };
  const end = await change();
  for (const who of [dan, plain]) {
    await who.next('deliver', ({ seq }) => seq === end);
    assert.deepEqual(who.pushes('changed'), []);
    assert.ok(!JSON.stringify(who.frames).includes('secret'));
  }
  const told = (await dan.ask('sync', { conversation, after: 0 })).messages;
  assert.ok(!JSON.stringify(told).includes('secret'));
  const kindOf = ({ kind, target, text }: Message) => [kind, target, text];
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'fence').map(kindOf),
    Array(4).fill(['fence', undefined, '']),
  );
  // The one who was there is.
  assert.equal((await bob.next('changed', ({ kind }) => kind === 'edited')).text, 'the secret of the pier');

  // Where all see it from the beginning they are told, too.
  await ann.ask('groupSettings', { conversation, history: 'beginning' });
  const eve = await fleet.logIn('node-2', await fleet.user(), knowing);
  await ann.ask('groupInvite', { conversation, users: [eve.user] });
  await ann.ask('edit', { ...of(conversation, early), text: 'no secret' });
  assert.equal((await eve.next('changed', ({ kind }) => kind === 'edited')).text, 'no secret');
  await dan.ask('heartbeat', {});
  assert.deepEqual(dan.pushes('changed'), []);
});
