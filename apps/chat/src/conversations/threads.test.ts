import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { everybody, type Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { edit } from '../handlers/edit.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupInvite } from '../handlers/group-invite.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupRename } from '../handlers/group-rename.ts';
import { mark } from '../handlers/mark.ts';
import { recall } from '../handlers/recall.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { thread } from '../handlers/thread.ts';
import { threadMark } from '../handlers/thread-mark.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode =>
  (nodes[index] ??= createStoredNode(mysql.url, {}, { entries: true, changes: true }));
let cids = 0;

after(async () => {
  for (const node of nodes) await node.close();
});

async function crew() {
  const people = (await createPeople(mysql.db, 5)) as [Profile, Profile, Profile, Profile, Profile];
  const [ann, bob, cid] = people;
  await createFriends(mysql.db, ann, people.slice(1));
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: `crew ${cids++}`,
    title: 'Crew',
    members: [bob.id, cid.id],
  });
  return { people, group: conversation.conversation };
}

const say = (who: Profile, conversation: number, text: string, below?: number, node = nodeAt(0)) =>
  node.ask(send, 'send', who, {
    ...{ conversation, cid: `say ${cids++}`, text },
    ...(below !== undefined && { thread: below }),
  });
const read = (who: Profile, conversation: number, root: number, more: object = {}) =>
  nodeAt(1).ask(thread, 'thread', who, { conversation, root, ...more });
const summaryOf = async (who: Profile, conversation: number) =>
  (await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation })).conversation;
async function repliesOf(who: Profile, conversation: number, root: number) {
  const { messages } = await nodeAt(1).ask(sync, 'sync', who, { conversation, after: 0 });
  return messages.find(({ seq }) => seq === root)!.replies;
}

test('replies stand below a message, in order and once, and count there and not in the conversation', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid] = people;
  const { seq: root } = await say(ann, group, 'Which knot?');
  await nodeAt(0).ask(mark, 'mark', cid, { conversation: group, read: root });
  const below = [
    await say(bob, group, 'a bowline', root, nodeAt(1)),
    await say(cid, group, 'a hitch', root),
  ].map(({ seq }) => seq);
  const other = await say(ann, group, 'Lunch?');
  const again = { conversation: group, cid: 'again', text: 'a bend', thread: root };
  const first = await nodeAt(0).ask(send, 'send', bob, again);
  assert.deepEqual(await nodeAt(1).ask(send, 'send', bob, { ...again, resent: true }), first);
  const told = await read(ann, group, root);
  assert.deepEqual(
    told.messages.map(({ seq, text, thread: of, replyTo }) => [seq, text, of, replyTo]),
    [
      [below[0], 'a bowline', root, root],
      [below[1], 'a hitch', root, root],
      [first.seq, 'a bend', root, root],
    ],
  );
  assert.deepEqual(
    [told.root.text, told.root.replies, told.next],
    ['Which knot?', { count: 3, last: first.seq, read: 0 }, undefined],
  );
  assert.deepEqual(await repliesOf(bob, group, root), { count: 3, last: first.seq, read: first.seq });
  assert.deepEqual(await repliesOf(cid, group, root), { count: 3, last: first.seq, read: below[1] });
  const { unread, head } = await summaryOf(cid, group);
  assert.deepEqual([unread, head], [1, first.seq], 'what is not below another message');
  const delivered = nodeAt(0)
    .publisher.messages(group)
    .find(({ seq }) => seq === below[1]);
  assert.deepEqual([delivered?.thread, delivered?.replyTo], [root, root]);
  assert.equal((await summaryOf(bob, group)).unread, 2);
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Knots' });
  await say(ann, group, 'counted again');
  assert.equal((await summaryOf(cid, group)).unread, 2);
  assert.ok(other.seq > root);
});

test('a thread is read page by page, its messages change where they stand, and its mark only moves on', async () => {
  const { people, group } = await crew();
  const [ann, bob] = people;
  const { seq: root } = await say(ann, group, 'root');
  const seqs: number[] = [];
  for (let count = 0; count < 5; count++) seqs.push((await say(bob, group, `reply ${count}`, root)).seq);
  const page = await read(ann, group, root, { limit: 2 });
  assert.deepEqual(
    page.messages.map(({ seq }) => seq),
    seqs.slice(-2),
  );
  const before = await read(ann, group, root, { limit: 10, before: page.next });
  assert.deepEqual([before.messages.map(({ seq }) => seq), before.next], [seqs.slice(0, 3), undefined]);
  const change = (target: number) => ({ conversation: group, target, cid: `change ${cids++}` });
  await nodeAt(0).ask(edit, 'edit', bob, { ...change(seqs[0]!), text: 'edited' });
  await nodeAt(0).ask(recall, 'recall', bob, change(seqs[1]!));
  const { messages } = await read(ann, group, root);
  assert.deepEqual(
    messages.slice(0, 2).map(({ text, recalledBy }) => [text, recalledBy]),
    [
      ['edited', undefined],
      ['', bob.id],
    ],
  );
  const marked = (upTo: number) =>
    nodeAt(1).ask(threadMark, 'threadMark', ann, { conversation: group, root, read: upTo });
  assert.deepEqual(await marked(seqs[3]!), { read: seqs[3] });
  assert.deepEqual(await marked(seqs[2]!), { read: seqs[3] });
  assert.deepEqual(await marked(0xffff_ffff), { read: seqs[4] });
  assert.deepEqual((await repliesOf(ann, group, root))?.read, seqs[4]);
  const pushed = nodeAt(1).publisher.pushed.filter(({ frame }) => frame === 'threadMarked');
  assert.deepEqual(
    pushed.map(({ users, body }) => [users, (body as { read: number }).read]),
    [seqs[3], seqs[3], seqs[4]].map((seq) => [[ann.id], seq]),
  );
});

test('only who sees a message reads and writes below it, and nothing stands below what is no message', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid, dan, eve] = people;
  const { seq: root } = await say(ann, group, 'root');
  const { seq: reply } = await say(bob, group, 'reply', root);
  await nodeAt(0).ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [dan.id] });
  const entry = (await summaryOf(ann, group)).head;
  for (const below of [0, reply, entry, 9_999])
    await assert.rejects(say(ann, group, 'no', below), ({ code }) =>
      ['bad_request', 'not_found'].includes(code),
    );
  for (const target of [0, reply, entry, 9_999])
    await assert.rejects(read(ann, group, target), { code: 'not_found' });
  await assert.rejects(read(dan, group, root), { code: 'not_found' }, 'who came later');
  await assert.rejects(say(dan, group, 'no', root), { code: 'not_found' });
  const sly = { conversation: group, cid: 'sly', text: 'no', thread: root, resent: true };
  await assert.rejects(nodeAt(0).ask(send, 'send', dan, sly), { code: 'not_found' });
  await assert.rejects(read(eve, group, root), { code: 'not_member' }, 'a stranger');
  await assert.rejects(say(eve, group, 'no', root), { code: 'not_member' });
  const marking = (who: Profile, target = root) =>
    nodeAt(1).ask(threadMark, 'threadMark', who, { conversation: group, root: target, read: reply });
  await assert.rejects(marking(eve), { code: 'not_member' });
  await assert.rejects(marking(dan), { code: 'not_found' });
  await assert.rejects(marking(ann, reply), { code: 'not_found' });
  await nodeAt(0).ask(groupLeave, 'groupLeave', cid, { conversation: group });
  const late = await say(bob, group, 'after they left', root);
  await assert.rejects(say(cid, group, 'no', root), { code: 'not_member' });
  assert.deepEqual(
    (await read(cid, group, root)).messages.map(({ seq }) => seq),
    [reply],
    'a former member reads what was said while they were there',
  );
  assert.ok(late.seq > entry);
  assert.deepEqual((await read(cid, group, root)).root.replies, { count: 1, last: reply });
  const { conversation } = await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id });
  const direct = conversation.conversation;
  const top = await say(ann, direct, 'between us');
  await say(bob, direct, 'below', top.seq);
  await nodeAt(0).ask(block, 'block', ann, { user: bob.id });
  await assert.rejects(say(bob, direct, 'no', top.seq), { code: 'blocked' });
  assert.equal((await read(bob, direct, top.seq)).messages.length, 1);
});

test('who is mentioned below a message hears of the thread; what one says there to everybody is no news for oneself', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid] = people;
  const { seq: root } = await say(bob, group, 'Which knot?');
  const calling = (user: number, words: string) =>
    nodeAt(0).ask(send, 'send', ann, {
      ...{ conversation: group, cid: `call ${cids++}`, text: words, thread: root },
      mentions: [{ user, at: 0, length: words.length }],
    });
  const first = await calling(cid.id, '@cid');
  assert.deepEqual(await repliesOf(cid, group, root), { count: 1, last: first.seq, read: 0 });
  const second = await calling(everybody, '@all');
  assert.equal((await summaryOf(ann, group)).mentions, undefined);
  assert.deepEqual((await summaryOf(cid, group)).mentions, [first.seq, second.seq]);
  assert.deepEqual((await summaryOf(bob, group)).mentions, [second.seq]);
});

test('a thread whose replies lie far apart asks nothing of the threads between them', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid] = people;
  const { seq: root } = await say(ann, group, 'root');
  const { seq: first } = await say(bob, group, 'first', root);
  for (let count = 0; count < 5; count++) {
    const { seq } = await say(ann, group, `other ${count}`);
    await say(bob, group, 'below', seq);
  }
  const { seq: last } = await say(bob, group, 'last', root);
  await nodeAt(0).ask(groupLeave, 'groupLeave', cid, { conversation: group });
  for (let seq = root; seq <= last; seq++) await say(bob, group, 'late', seq).catch(() => {});
  const asked: string[] = [];
  const { context } = nodeAt(1);
  const rows = context.mysql.rows;
  context.mysql.rows = (sql, ...params) => {
    if (/FROM thread/.test(sql)) asked.push(sql);
    return rows.call(context.mysql, sql, ...params) as never;
  };
  const told = await read(cid, group, root);
  context.mysql.rows = rows;
  assert.deepEqual(
    [told.messages.map(({ seq }) => seq), told.root.replies],
    [[first, last], { count: 2, last }],
  );
  assert.ok(asked.length <= 4, asked.join('\n'));
});
