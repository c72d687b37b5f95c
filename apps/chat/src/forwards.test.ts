import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { decodeBody, frameIds, limits, type Message, type Profile } from '@berth/wire';
import type { Handler } from './context.ts';
import { useCrews } from './conversations/crew.fixture.ts';
import { block } from './handlers/block.ts';
import { directOpen } from './handlers/direct-open.ts';
import { edit } from './handlers/edit.ts';
import { groupLeave } from './handlers/group-leave.ts';
import { hide } from './handlers/hide.ts';
import { recall } from './handlers/recall.ts';
import { send } from './handlers/send.ts';
import { sync } from './handlers/sync.ts';
import { isChangeFrame, oldFrame } from './log/old-lines.ts';
import { createPeople, createStoredNode } from './stores.fixture.ts';

const { mysql, nodeAt, cid, crew, say, seen, rejected } = useCrews();

const pass = (who: Profile, from: number, seq: number, to: number, name = cid(), resent = false) =>
  nodeAt(0).ask(send, 'send', who, {
    ...{ conversation: to, cid: name, text: '', resent, forward: { conversation: from, seq } },
  });

async function directOf(one: Profile, other: Profile): Promise<number> {
  const { conversation } = await nodeAt(0).ask(directOpen, 'directOpen', one, { user: other.id });
  return conversation.conversation;
}

async function uploaded(owner: Profile): Promise<string> {
  const id = randomBytes(16);
  await mysql.db.run(
    `INSERT INTO files (owner_id, id, state, name, declared, bytes, kind, type, created_at)
     VALUES (?, ?, 2, 'chart.pdf', 1234, 1234, 0, 'application/pdf', 1)`,
    [owner.id, id],
  );
  return id.toString('base64url');
}

test('a message is passed on with its words and whose they are, again with the first name', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const first = await say(bob, group, 'the pier is closed');
  const direct = await directOf(ann, cat);
  const name = cid();
  const sent = await pass(ann, group, first, direct, name);
  const forwarded = { user: bob.id, name: bob.nick };
  assert.deepEqual([sent.text, sent.forwarded], ['the pier is closed', forwarded]);
  assert.deepEqual(await pass(ann, group, first, direct, name, true), sent);
  const pushed = nodeAt(0).publisher.delivered.at(-1)!.frame;
  assert.equal((pushed[0]! << 8) | pushed[1]!, frameIds.carried);
  const [message] = await seen(cat, direct);
  assert.deepEqual(decodeBody(pushed.subarray(limits.headerBytes)), message);
  assert.deepEqual([message!.sender, message!.text, message!.forwarded], [ann.id, sent.text, forwarded]);
  // Passed on once more it is still whose it was.
  const again = await pass(cat, direct, message!.seq, group);
  assert.deepEqual(again.forwarded, forwarded);
  await rejected(
    nodeAt(0).ask(edit, 'edit', ann, { conversation: direct, cid: cid(), target: sent.seq, text: 'open' }),
    'forbidden',
  );
  await nodeAt(0).ask(recall, 'recall', ann, { conversation: direct, cid: cid(), target: sent.seq });
  const [gone] = await seen(cat, direct);
  assert.deepEqual([gone!.text, gone!.forwarded], ['', undefined]);
  assert.equal((await seen(cat, group)).at(-1)!.text, sent.text);
});

test('clients of before are told a text that says whose words it has', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const direct = await directOf(ann, bob);
  await pass(ann, group, await say(bob, group, 'two\nlines'), direct);
  const old = createStoredNode(mysql.url);
  const { messages } = await old.ask(sync, 'sync', bob, { conversation: direct });
  await old.close();
  assert.equal(messages[0]!.text, `Forwarded from ${bob.nick}\ntwo\nlines`);
  const pushed = nodeAt(0).publisher.delivered.at(-1)!.frame;
  assert.ok(isChangeFrame(pushed));
  assert.deepEqual(decodeBody(oldFrame(pushed)!.subarray(limits.headerBytes)), messages[0]);
});

test('its files go along, are whose they were, and stay when the first message goes', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const direct = await directOf(ann, cat);
  const file = await uploaded(bob);
  const first = await nodeAt(0).ask(send, 'send', bob, {
    ...{ conversation: group, cid: cid(), text: 'look', attachments: [{ file, kind: 'file' }] },
  });
  const asFiles =
    <N extends 'send' | 'sync'>(handler: Handler<N>): Handler<N> =>
    (context, session, body) =>
      handler(context, { ...session, files: true }, body);
  const sent = await pass(ann, group, first.seq, direct);
  assert.deepEqual([sent.text, sent.attachments], ['look', first.attachments]);
  const read = await nodeAt(1).ask(asFiles<'sync'>(sync), 'sync', cat, { conversation: direct });
  assert.deepEqual(read.messages[0]!.attachments, first.attachments);
  const uses = async () =>
    mysql.db.rows<{ kind: number; place: number }>(
      'SELECT kind, place FROM file_uses WHERE owner_id = ? ORDER BY kind',
      [bob.id],
    );
  assert.deepEqual(
    (await uses()).map(({ kind, place }) => [kind, place]),
    [
      [0, group],
      [3, direct],
    ],
  );
  await nodeAt(0).ask(recall, 'recall', bob, { conversation: group, cid: cid(), target: first.seq });
  const later = await nodeAt(1).ask(asFiles<'sync'>(sync), 'sync', cat, { conversation: direct });
  assert.deepEqual(later.messages[0]!.attachments, first.attachments);
  // Taken back where it was passed on, it is bob's file that is looked at.
  await mysql.db.run('UPDATE files SET due_at = NULL WHERE owner_id = ?', [bob.id]);
  await nodeAt(0).ask(recall, 'recall', ann, { conversation: direct, cid: cid(), target: sent.seq });
  const [row] = await mysql.db.rows<{ due_at: number | null }>(
    'SELECT due_at FROM files WHERE owner_id = ?',
    [bob.id],
  );
  assert.notEqual(row!.due_at, null);
});

test('what may not be passed on has one clear code each', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const withCat = await directOf(ann, cat);
  const secret = await say(ann, withCat, 'for cat alone');
  const open = await say(bob, group, 'for all');
  await rejected(pass(bob, withCat, secret, group), 'not_member');
  await rejected(pass(ann, group, open, await directOf(ann, bob).then((id) => id + 9_999)), 'not_member');
  await rejected(pass(eve, group, open, group), 'not_member');
  await rejected(pass(ann, group, open + 9, withCat), 'not_found');
  assert.throws(() =>
    nodeAt(0).ask(send, 'send', ann, {
      ...{ conversation: withCat, cid: cid(), text: 'made up' },
      forward: { conversation: group, seq: open },
    }),
  );
  await nodeAt(0).ask(hide, 'hide', cat, { conversation: group, seqs: [open] });
  await rejected(pass(cat, group, open, withCat), 'not_found');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  const later = await say(ann, group, 'after bob');
  const withBob = await directOf(ann, bob);
  await rejected(pass(bob, group, later, withBob), 'not_found');
  const kept: Message['forwarded'] = (await pass(bob, group, open, withBob)).forwarded;
  assert.equal(kept!.user, bob.id);
  await nodeAt(0).ask(recall, 'recall', ann, { conversation: group, cid: cid(), target: open });
  await rejected(pass(ann, group, open, withCat), 'recalled');
  await nodeAt(0).ask(block, 'block', cat, { user: ann.id });
  await rejected(pass(ann, group, later, withCat), 'blocked');
});
