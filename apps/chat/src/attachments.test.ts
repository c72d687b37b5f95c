import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { type Attachment, decodeBody, frameIds, limits, type Message, type Profile } from '@berth/wire';
import { conversation as conversationHandler } from './handlers/conversation.ts';
import { conversations } from './handlers/conversations.ts';
import { groupCreate } from './handlers/group-create.ts';
import { groupPicture } from './handlers/group-picture.ts';
import { profileUpdate } from './handlers/profile-update.ts';
import { send } from './handlers/send.ts';
import { sharedItems } from './handlers/shared-items.ts';
import { sync } from './handlers/sync.ts';
import { FileLines } from './log/file-lines.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from './stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode =>
  (nodes[index] ??= createStoredNode(mysql.url, { webUrl: 'https://chat.example.org/' }));

after(async () => {
  for (const node of nodes) await node.close();
});

async function friends(): Promise<{ ann: Profile; bob: Profile; conversation: number }> {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  await createFriends(mysql.db, ann, [bob]);
  const list = await nodeAt(0).ask(conversations, 'conversations', ann, {});
  return { ann, bob, conversation: list.conversations[0]!.conversation };
}

interface FileRow {
  state: number;
  kind: number;
  name: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  thumbhash: Buffer | null;
  previews: number;
}

/** A file as the files service leaves it. */
async function uploaded(owner: Profile, changes: Partial<FileRow> = {}): Promise<string> {
  const id = randomBytes(16);
  const row = {
    state: 2,
    kind: 0,
    name: 'notes.bin',
    type: 'application/octet-stream',
    bytes: 1_234,
    ...changes,
  };
  await mysql.db.run(
    `INSERT INTO files (owner_id, id, state, name, declared, bytes, kind, type, width, height, thumbhash, previews,
       created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)`,
    [
      ...[owner.id, id, row.state, row.name, row.bytes, row.bytes, row.kind, row.type],
      ...[row.width ?? null, row.height ?? null, row.thumbhash ?? null, row.previews ?? 0],
    ],
  );
  return id.toString('base64url');
}

const picture = { kind: 1, name: 'cat.jpg', type: 'image/jpeg', width: 640, height: 480, previews: 1 };
let cids = 0;
const newCid = () => `file ${cids++}`;

const asFileClient =
  (node: StoredNode): StoredNode['ask'] =>
  (handler, name, user, input) =>
    node.ask(
      (context, session, body) => handler(context, { ...session, files: true }, body),
      name,
      user,
      input,
    );

test('a message carries files as their bytes are, and as its sender means them', async () => {
  const { ann, bob, conversation } = await friends();
  const thumbhash = Buffer.from('ThumbHash of 25 bytes....');
  const cat = await uploaded(ann, { ...picture, thumbhash });
  const sound = await uploaded(ann, { kind: 3, type: 'audio/ogg', name: 'voice.ogg' });
  const lie = await uploaded(ann, { name: 'page.jpg', type: 'text/html' });
  const waveform = Buffer.alloc(64, 7).toString('base64url');
  const sent = await nodeAt(0).ask(send, 'send', ann, {
    ...{ conversation, cid: newCid(), text: 'look' },
    attachments: [
      { file: cat, kind: 'image', width: 9, height: 9 },
      { file: sound, kind: 'voice', durationMs: 2_500, waveform },
      { file: lie, kind: 'image' },
    ],
  });
  const attachments: Attachment[] = [
    {
      ...{ file: cat, kind: 'image', name: 'cat.jpg', type: 'image/jpeg', bytes: 1_234 },
      ...{ width: 640, height: 480, thumbhash: thumbhash.toString('base64url'), previews: true },
    },
    {
      ...{ file: sound, kind: 'voice', name: 'voice.ogg', type: 'audio/ogg', bytes: 1_234 },
      ...{ durationMs: 2_500, waveform },
    },
    { file: lie, kind: 'file', name: 'page.jpg', type: 'text/html', bytes: 1_234 },
  ];
  assert.deepEqual(sent.attachments, attachments);
  const pushed = nodeAt(0).publisher.delivered.at(-1)!.frame;
  assert.equal((pushed[0]! << 8) | pushed[1]!, frameIds.attached);
  const message = decodeBody(pushed.subarray(limits.headerBytes)) as Message;
  assert.deepEqual(message.attachments, attachments);
  const read = await asFileClient(nodeAt(1))(sync, 'sync', bob, { conversation });
  assert.deepEqual(read.messages.at(-1), message);
});

test('clients that know texts only are told a line for each file, with a link', async () => {
  const { ann, bob, conversation } = await friends();
  const file = await uploaded(ann, { bytes: 1_500_000 });
  const attachments = [{ file, kind: 'file' as const }];
  await nodeAt(0).ask(send, 'send', ann, { conversation, cid: newCid(), text: '', attachments });
  const line = `📎 notes.bin (1.5 MB) https://chat.example.org/#/chats/${conversation}`;
  const { messages } = await nodeAt(1).ask(sync, 'sync', bob, { conversation });
  assert.deepEqual(
    messages.map(({ text, attachments: told }) => [text, told]),
    [[line, undefined]],
  );
  const summary = await nodeAt(1).ask(conversationHandler, 'conversation', bob, { conversation });
  assert.equal(summary.conversation.last?.text, line);
  const lines = new FileLines('https://chat.example.org/');
  const plain = lines.frame(nodeAt(0).publisher.delivered.at(-1)!.frame);
  assert.equal((plain[0]! << 8) | plain[1]!, frameIds.deliver);
  assert.deepEqual(decodeBody(plain.subarray(limits.headerBytes)), messages[0]);
});

test('a resend gets the first receipt, on any node, and stores nothing', async () => {
  const { ann, conversation } = await friends();
  const attachments = [{ file: await uploaded(ann, picture), kind: 'image' as const }];
  const body = { conversation, cid: newCid(), text: '', attachments };
  const first = await nodeAt(0).ask(send, 'send', ann, body);
  for (const resent of [false, true])
    assert.deepEqual(await nodeAt(1).ask(send, 'send', ann, { ...body, resent }), first);
  await mysql.db.run('DELETE FROM files WHERE owner_id = ?', [ann.id]);
  const again = await nodeAt(1).ask(send, 'send', ann, { ...body, resent: true });
  assert.deepEqual(again, first);
  const rows = await mysql.db.rows('SELECT seq FROM messages WHERE conversation_id = ?', [conversation]);
  assert.equal(rows.length, 1);
});

test('what one sends stays in its order, with files and without', async () => {
  const { ann, conversation } = await friends();
  const file = await uploaded(ann);
  const sends = Array.from({ length: 40 }, (_, index) =>
    nodeAt(0).ask(send, 'send', ann, {
      ...{ conversation, cid: newCid(), text: `${index}` },
      ...(index % 3 === 1 && { attachments: [{ file, kind: 'file' as const }] }),
    }),
  );
  await Promise.all(sends);
  const { messages } = await nodeAt(0).ask(sync, 'sync', ann, { conversation });
  assert.deepEqual(
    messages.map(({ seq, text }) => [seq, Number.parseInt(text, 10)]),
    sends.map((_, index) => [index + 1, index]),
  );
});

test("nobody attaches another's file, nor one that is not ready", async () => {
  const { ann, bob, conversation } = await friends();
  const attach = (who: Profile, file: string) =>
    nodeAt(0).ask(send, 'send', who, {
      ...{ conversation, cid: newCid(), text: '' },
      attachments: [{ file, kind: 'file' }],
    });
  const own = await uploaded(ann);
  await assert.rejects(attach(bob, own), { code: 'not_found' });
  await assert.rejects(attach(ann, await uploaded(ann, { state: 0 })), { code: 'not_found' });
  await assert.rejects(attach(ann, await uploaded(ann, { state: 1 })), { code: 'conflict' });
  await assert.rejects(attach(ann, await uploaded(ann, { state: 3 })), { code: 'not_found' });
  await assert.rejects(attach(ann, randomBytes(16).toString('base64url')), { code: 'not_found' });
  const { messages } = await nodeAt(0).ask(sync, 'sync', ann, { conversation });
  assert.equal(messages.length, 0);
});

test('what was shared is listed by kind, the newest first, to whoever may see it', async () => {
  const { ann, bob, conversation } = await friends();
  const say = (text: string, file?: string) =>
    nodeAt(0).ask(send, 'send', ann, {
      ...{ conversation, cid: newCid(), text },
      ...(file && { attachments: [{ file, kind: 'image' as const }] }),
    });
  for (let index = 0; index < 5; index++) {
    await say('', await uploaded(ann, picture));
    await say('', await uploaded(ann));
    await say(index % 2 ? 'see https://example.org' : 'nothing');
  }
  const ask = (body: { what: 'media' | 'files' | 'links' | 'audio'; before?: number; limit?: number }) =>
    asFileClient(nodeAt(1))(sharedItems, 'sharedItems', bob, { conversation, ...body });
  const seqsOf = async (body: Parameters<typeof ask>[0]) => {
    const { messages, next } = await ask(body);
    return [messages.map(({ seq }) => seq), next];
  };
  assert.deepEqual(await seqsOf({ what: 'media', limit: 3 }), [[7, 10, 13], 7]);
  assert.deepEqual(await seqsOf({ what: 'media', limit: 3, before: 7 }), [[1, 4], undefined]);
  assert.deepEqual(await seqsOf({ what: 'files' }), [[2, 5, 8, 11, 14], undefined]);
  assert.deepEqual(await seqsOf({ what: 'links' }), [[6, 12], undefined]);
  assert.deepEqual(await seqsOf({ what: 'audio' }), [[], undefined]);
  const [stranger] = (await createPeople(mysql.db, 1)) as [Profile];
  const refused = nodeAt(0).ask(sharedItems, 'sharedItems', stranger, { conversation, what: 'media' });
  await assert.rejects(refused, { code: 'not_member' });
});

test('a group has a picture that its admins give it, and people have their own', async () => {
  const { ann, bob } = await friends();
  const made = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    ...{ cid: newCid(), title: 'Crew', members: [bob.id] },
  });
  const { conversation } = made.conversation;
  const depict = (who: Profile, file: string) =>
    nodeAt(0).ask(groupPicture, 'groupPicture', who, { conversation, file });
  const [first, second] = [await uploaded(ann, picture), await uploaded(ann, picture)];
  const pictureFor = async (who: Profile) =>
    (await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation })).conversation.picture;
  await assert.rejects(depict(bob, await uploaded(bob, picture)), { code: 'forbidden' });
  await assert.rejects(depict(ann, await uploaded(ann)), { code: 'bad_request' });
  await depict(ann, first);
  assert.equal(await pictureFor(bob), first);
  await depict(ann, second);
  assert.equal(await pictureFor(bob), second);
  const [row] = await mysql.db.rows<{ due: number }>(
    'SELECT due_at AS due FROM files WHERE owner_id = ? AND id = ?',
    [ann.id, Buffer.from(first, 'base64url')],
  );
  assert.ok(row!.due <= Date.now(), 'the one before is looked at by the sweep');
  await depict(ann, '');
  assert.equal(await pictureFor(bob), undefined);
  const { user } = await nodeAt(0).ask(profileUpdate, 'profileUpdate', ann, { icon: `file:${first}` });
  assert.equal(user.icon, `file:${first}`);
  const foreign = nodeAt(0).ask(profileUpdate, 'profileUpdate', bob, { icon: `file:${first}` });
  await assert.rejects(foreign, { code: 'not_found' });
});
