import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { ConversationSummary, Profile } from '@berth/wire';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { conversations } from '../handlers/conversations.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupInvite } from '../handlers/group-invite.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { mark } from '../handlers/mark.ts';
import { preferences } from '../handlers/preferences.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { kinds } from '../membership/conversation-rows.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode => (nodes[index] ??= createStoredNode(mysql.url));
let cids = 0;

after(async () => {
  for (const node of nodes) await node.close();
});

async function friendsOf(count: number): Promise<{ ann: Profile; others: Profile[]; directs: number[] }> {
  const [ann, ...others] = (await createPeople(mysql.db, count + 1)) as [Profile, ...Profile[]];
  await createFriends(mysql.db, ann, others);
  const list = await nodeAt(0).ask(conversations, 'conversations', ann, { limit: 200 });
  const directs = others.map(
    (other) => list.conversations.find(({ peer }) => peer?.id === other.id)!.conversation,
  );
  return { ann, others, directs };
}

/** As whoever has a client that knows messages only. */
const asOld = ({ id }: Profile) => ({ user: id, entries: false, changes: false });

const say = (who: Profile, conversation: number, text = 'hello') =>
  nodeAt(0).ask(send, 'send', who, { conversation, cid: `say ${cids++}`, text });

const summaryOf = async (who: Profile, conversation: number): Promise<ConversationSummary> =>
  (await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation })).conversation;

test('sync answers a range from either end, with what is left', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [conversation] = directs as [number];
  for (let index = 1; index <= 150; index++) await say(ann, conversation, `text ${index}`);
  const ask = (range: object) => nodeAt(1).ask(sync, 'sync', others[0]!, { conversation, ...range });
  const seqsOf = async (range: object) => {
    const { messages, head, more } = await ask(range);
    return [messages[0]?.seq, messages.at(-1)?.seq, messages.length, head, more];
  };
  assert.deepEqual(await seqsOf({ after: 0, limit: 60 }), [1, 60, 60, 150, true]);
  assert.deepEqual(await seqsOf({ after: 100, limit: 60 }), [101, 150, 50, 150, false]);
  assert.deepEqual(await seqsOf({ after: 150 }), [undefined, undefined, 0, 150, false]);
  assert.deepEqual(await seqsOf({}), [101, 150, 50, 150, true]);
  assert.deepEqual(await seqsOf({ before: 11 }), [1, 10, 10, 150, false]);
  assert.deepEqual(await seqsOf({ before: 1 }), [undefined, undefined, 0, 150, false]);
  await assert.rejects(ask({ after: 1, before: 5 }), { code: 'bad_request' });
  await say(ann, conversation, 'one more');
  assert.deepEqual(await seqsOf({ after: 150 }), [151, 151, 1, 151, false]);
});

test('an answer with large texts is cut to a frame and goes on from there', async () => {
  const { ann, directs } = await friendsOf(1);
  const [conversation] = directs as [number];
  const text = 'ü'.repeat(8_000);
  for (let index = 0; index < 9; index++) await say(ann, conversation, text);
  const seen: number[] = [];
  for (let more = true, after = 0; more; ) {
    const answer = await nodeAt(0).ask(sync, 'sync', ann, { conversation, after });
    assert.ok(Buffer.byteLength(JSON.stringify({ req: 1, ...answer })) <= 65_535);
    seen.push(...answer.messages.map(({ seq }) => seq));
    after = seen.at(-1)!;
    more = answer.more;
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const newest = await nodeAt(0).ask(sync, 'sync', ann, { conversation });
  assert.equal(newest.messages.at(-1)!.seq, 9);
  assert.equal(newest.more, true);
});

test('texts that no frame could carry, and those that are no Unicode, are refused', async () => {
  const { ann, directs } = await friendsOf(1);
  await assert.rejects(say(ann, directs[0]!, '\u0001'.repeat(3_000)), { code: 'too_large' });
  await assert.rejects(say(ann, directs[0]!, 'x'.repeat(16_384)), { code: 'too_large' });
  await assert.rejects(say(ann, directs[0]!, 'half \ud83d'), { code: 'bad_request' });
  assert.equal((await say(ann, directs[0]!, '\u0000 and 😀'.repeat(100))).seq, 1);
});

test('a summary counts what is unread and shows the last message', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [bob] = others as [Profile];
  const [conversation] = directs as [number];
  for (const text of ['one', 'two', 'three']) await say(bob, conversation, text);
  const before = await summaryOf(ann, conversation);
  assert.deepEqual([before.head, before.read, before.unread, before.last?.text], [3, 0, 3, 'three']);
  assert.deepEqual(await nodeAt(0).ask(mark, 'mark', ann, { conversation, read: 2 }), {
    read: 2,
    received: 2,
  });
  assert.deepEqual(
    [(await summaryOf(ann, conversation)).unread, (await summaryOf(bob, conversation)).peerRead],
    [1, 2],
  );
  await say(ann, conversation, 'an answer');
  assert.equal((await summaryOf(ann, conversation)).unread, 0);
});

test('one’s own messages are never unread, and who writes has read what was there', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [bob] = others as [Profile];
  const [conversation] = directs as [number];
  const settled = () => nodeAt(0).context.stores.marks.drained();
  const unread = async () => {
    await settled();
    const list = await nodeAt(1).ask(conversations, 'conversations', ann, { limit: 10 });
    const [resumed] = await nodeAt(1).context.stores.live.resume(asOld(ann), new Map());
    const counts = [
      (await summaryOf(ann, conversation)).unread,
      list.conversations[0]!.unread,
      resumed!.conversations[0]!.unread,
    ];
    assert.equal(new Set(counts).size, 1, String(counts));
    return counts[0];
  };
  await say(bob, conversation);
  assert.equal(await unread(), 1);
  await say(ann, conversation);
  assert.equal(await unread(), 0);
  await say(bob, conversation);
  assert.equal(await unread(), 1);
  for (let index = 0; index < 4; index++) await say(ann, conversation);
  await say(bob, conversation);
  await say(bob, conversation);
  assert.equal(await unread(), 2);
  assert.equal((await summaryOf(bob, conversation)).peerRead, 7);
});

test('marks only move forward, never beyond the head, and the other one is told', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [bob] = others as [Profile];
  const [conversation] = directs as [number];
  for (let index = 0; index < 5; index++) await say(bob, conversation);
  const move = (marks: object) => nodeAt(0).ask(mark, 'mark', ann, { conversation, ...marks });
  assert.deepEqual(await move({ received: 4 }), { read: 0, received: 4 });
  const [moved] = nodeAt(0).publisher.pushed.slice(-1);
  assert.deepEqual(moved, {
    frame: 'marked',
    body: { conversation, user: ann.id, read: 0, received: 4 },
    users: [bob.id, ann.id],
    conversation: undefined,
  });
  assert.deepEqual(await move({ read: 99 }), { read: 5, received: 5 });
  assert.deepEqual(await move({ read: 1, received: 1 }), { read: 5, received: 5 });
  const many = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      nodeAt(index % 2).ask(mark, 'mark', bob, { conversation, read: index % 6 }),
    ),
  );
  assert.ok(many.every(({ read }) => read <= 5));
  assert.deepEqual((await summaryOf(ann, conversation)).peerRead, 5);
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  await assert.rejects(nodeAt(0).ask(mark, 'mark', eve, { conversation, read: 1 }), { code: 'not_member' });
});

test('the list shows the latest first, page by page, each once', async () => {
  const { ann, directs } = await friendsOf(7);
  for (const index of [3, 0, 5]) await say(ann, directs[index]!);
  const order: number[] = [];
  for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
    const answer = await nodeAt(0).ask(conversations, 'conversations', ann, { cursor, limit: 2 });
    order.push(...answer.conversations.map(({ conversation }) => conversation));
    cursor = answer.cursor;
    // What happens while one scrolls moves nothing that is still to come out of the way.
    if (page === 0) await say(ann, order[0]!);
  }
  const silent = directs.filter((_, index) => ![3, 0, 5].includes(index)).sort((a, b) => b - a);
  assert.deepEqual(order, [directs[5], directs[0], directs[3], ...silent]);
  await assert.rejects(nodeAt(0).ask(conversations, 'conversations', ann, { cursor: '1' }), {
    code: 'bad_request',
  });
});

test('preferences are kept for the one who has them', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [conversation] = directs as [number];
  const ask = (wish: object) => nodeAt(0).ask(preferences, 'preferences', ann, { conversation, ...wish });
  const rest = { hidden: false, unread: false };
  assert.deepEqual(await ask({ pinned: true }), { pinned: true, silenced: false, ...rest });
  assert.deepEqual(await ask({ silenced: true }), { pinned: true, silenced: true, ...rest });
  assert.equal((await ask({ unread: true })).unread, true);
  assert.deepEqual(
    [
      (await summaryOf(ann, conversation)).markedUnread,
      (await summaryOf(others[0]!, conversation)).markedUnread,
    ],
    [true, undefined],
  );
  await ask({ unread: false });
  assert.equal((await summaryOf(ann, conversation)).markedUnread, undefined);
  const [own, other] = [await summaryOf(ann, conversation), await summaryOf(others[0]!, conversation)];
  assert.deepEqual([own.pinned, own.silenced, other.pinned, other.silenced], [true, true, false, false]);
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  await assert.rejects(nodeAt(0).ask(preferences, 'preferences', eve, { conversation }), {
    code: 'not_member',
  });
});

test('a group that one has left is put away on all devices, until one joins it again', async () => {
  const { ann, others } = await friendsOf(1);
  const bob = others[0]!;
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: 'away',
    title: 'Away',
    members: [bob.id],
  });
  const group = conversation.conversation;
  const hide = (hidden: boolean) =>
    nodeAt(0).ask(preferences, 'preferences', bob, { conversation: group, hidden });
  const hidden = async () => (await summaryOf(bob, group)).hidden;
  assert.equal((await hide(true)).hidden, false, 'not while one is a member');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  assert.equal(await hidden(), false);
  assert.equal((await hide(true)).hidden, true);
  assert.equal(await hidden(), true);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1), {
    ...{ frame: 'listed', body: { conversation: group } },
    ...{ users: [bob.id], conversation: undefined },
  });
  assert.equal((await summaryOf(ann, group)).hidden, false, 'for the others it is as it was');
  assert.equal((await hide(false)).hidden, false);
  await hide(true);
  await nodeAt(0).ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [bob.id] });
  assert.equal(await hidden(), false);
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  assert.equal(await hidden(), false, 'left again, it is there again');
});

test('a conversation stays in the archive of the one who put it there until something new comes', async () => {
  const { ann, others, directs } = await friendsOf(1);
  const [conversation] = directs as [number];
  const [bob] = others as [Profile];
  const archive = (archived: boolean) =>
    nodeAt(0).ask(preferences, 'preferences', ann, { conversation, archived });
  assert.deepEqual(await archive(true), {
    pinned: false,
    silenced: false,
    hidden: false,
    unread: false,
    archived: 0,
  });
  await say(bob, conversation);
  const { archived, last } = await summaryOf(ann, conversation);
  assert.equal(archived, 0);
  assert.equal(last?.seq, 1, 'above what was archived');
  assert.equal((await archive(true)).archived, 1);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1), {
    ...{ frame: 'listed', body: { conversation } },
    ...{ users: [ann.id], conversation: undefined },
  });
  assert.equal((await summaryOf(bob, conversation)).archived, undefined, 'for the other it is as it was');
  const pinned = await nodeAt(0).ask(preferences, 'preferences', ann, { conversation, pinned: true });
  assert.equal(pinned.archived, 1, 'other wishes leave it where it is');
  assert.equal((await archive(false)).archived, undefined);
  assert.equal((await summaryOf(ann, conversation)).archived, undefined);
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  await assert.rejects(nodeAt(0).ask(preferences, 'preferences', eve, { conversation, archived: true }), {
    code: 'not_member',
  });
});

test('resume has what is above the marks, and nothing that the user may not see', async () => {
  const { ann, others, directs } = await friendsOf(4);
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: 'club',
    title: 'Club',
    members: [others[0]!.id],
  });
  const club = conversation.conversation;
  for (const index of [0, 1, 2]) await say(others[index]!, directs[index]!);
  await say(ann, club, 'seen by both');
  await nodeAt(0).ask(groupLeave, 'groupLeave', others[0]!, { conversation: club });
  await say(ann, club, 'seen by one');
  const { live } = nodeAt(1).context.stores;
  const [answer, ...more] = await live.resume(
    asOld(ann),
    new Map([
      [directs[1]!, 1],
      [club, 1],
    ]),
  );
  assert.equal(more.length, 0);
  assert.deepEqual(
    answer!.conversations.map(({ conversation, head }) => [conversation, head]),
    [
      [club, 3],
      [directs[2], 1],
      [directs[0], 1],
    ],
  );
  const [former] = await live.resume(asOld(others[0]!), new Map([[directs[0]!, 1]]));
  assert.deepEqual(
    former!.conversations.map(({ conversation, head, last, member }) => [
      conversation,
      head,
      last?.text,
      member,
    ]),
    [[club, 2, 'seen by both', false]],
  );
  const [nothing] = await live.resume(
    asOld(others[0]!),
    new Map([
      [directs[0]!, 1],
      [club, 2],
    ]),
  );
  assert.deepEqual(nothing, { conversations: [], more: false });
});

test('what one is a member of, with versions, is what the index of a node is filled with', async () => {
  const { ann, others, directs } = await friendsOf(2);
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: 'index',
    title: 'Index',
    members: [others[0]!.id],
  });
  const group = conversation.conversation;
  await say(ann, group);
  const { live } = nodeAt(1).context.stores;
  const { last } = await summaryOf(ann, group);
  assert.deepEqual(await live.conversationsOf(others[0]!.id), [
    { conversation: directs[0], membersVersion: 0, head: 0, lastAt: 0, joinedSeq: 0 },
    { conversation: group, membersVersion: 0, head: 1, lastAt: last!.sentAt, joinedSeq: 0 },
  ]);
  await nodeAt(0).ask(groupLeave, 'groupLeave', others[0]!, { conversation: group });
  assert.deepEqual(
    (await live.conversationsOf(others[0]!.id)).map(({ conversation }) => conversation),
    [directs[0]],
  );
  assert.deepEqual(await live.membersAmong(group, [others[0]!.id, ann.id], 2), {
    membersVersion: 2,
    joinedSeqs: new Map([[ann.id, 0]]),
  });
  assert.deepEqual(await live.heads([group, 0x7fff_ffff]), [
    { conversation: group, membersVersion: 2, head: 2 },
  ]);
  assert.deepEqual(
    (await live.deliverFrames(group, 0, 10)).map(({ seq }) => seq),
    [1, 2],
  );
  assert.deepEqual(
    [...(await live.friendsOf([ann.id, others[1]!.id])).entries()],
    [
      [ann.id, others.map(({ id }) => id)],
      [others[1]!.id, [ann.id]],
    ],
  );
});

test('a list of ten thousand conversations comes page by page, and resumes with its latest', async () => {
  const [ann] = (await createPeople(mysql.db, 1)) as [Profile];
  for (let made = 0; made < 10_000; made += 500) {
    const { insertId } = await mysql.db.run(
      `INSERT INTO conversations (kind, created_by, created_at, hint_seq, hint_at, member_count)
       VALUES ${Array.from({ length: 500 }, (_, index) => `(${kinds.group}, 1, 1, 1, ${1_000 + (((made + index) * 7_919) % 10_007)}, 1)`).join(',')}`,
    );
    const ids = Array.from({ length: 500 }, (_, index) => insertId + index);
    await mysql.db.run(
      `INSERT INTO members (conversation_id, user_id) VALUES ${ids.map((id) => `(${id}, ${ann.id})`).join(',')}`,
    );
    await mysql.db.run(
      `INSERT INTO user_conversations (user_id, conversation_id, kind, joined_at) VALUES ${ids.map((id) => `(${ann.id}, ${id}, 2, 1)`).join(',')}`,
    );
    await mysql.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES ${ids.map((id) => `(${id}, 1, 1, 'a', 1, 'hi')`).join(',')}`,
    );
  }
  const seen = new Set<number>();
  let pages = 0;
  for (let cursor: string | undefined; pages === 0 || cursor !== undefined; pages++) {
    const answer = await nodeAt(0).ask(conversations, 'conversations', ann, { cursor, limit: 200 });
    for (const { conversation, unread } of answer.conversations) {
      assert.equal(unread, 1);
      seen.add(conversation);
    }
    cursor = answer.cursor;
  }
  assert.equal(seen.size, 10_000);
  const parts = await nodeAt(0).context.stores.live.resume(asOld(ann), new Map());
  assert.equal(parts.flatMap(({ conversations }) => conversations).length, 200);
  assert.deepEqual(parts.map(({ part, more }) => [part, more]).at(-1), [undefined, true]);
  assert.equal((await nodeAt(0).context.stores.live.conversationsOf(ann.id)).length, 10_000);
});
