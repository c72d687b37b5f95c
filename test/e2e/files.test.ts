import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Attachment, AttachmentKind } from '@berth/client';
import { connectFiles, type FileAnswer, type FilesClient, type LinkRequest } from '@berth/client/files';
import { eventually } from '@berth/fixtures';
import {
  befriend,
  closeAll,
  connectDevice,
  createGroup,
  type Device,
  nextEvent,
  seedPeople,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({
  nodes: 2,
  files: true,
  environment: { files: { LINK_MINUTES: '0.03', UNATTACHED_HOURS: '24', SWEEP_SECONDS: '0.5' } },
});

const filesOf = ({ client }: Device): FilesClient => connectFiles({ client, gateUrl: platform.gateUrl });

async function people(count: number): Promise<Device[]> {
  const devices: Device[] = [];
  for (const person of await seedPeople(platform, count))
    devices.push(await connectDevice(platform, person, { files: true }));
  return devices;
}

async function uploaded(device: Device, content: Buffer, name = 'notes.bin'): Promise<FileAnswer> {
  return filesOf(device).upload(content, { name, chunkBytes: 65_536 }).whenReady();
}

const attachmentOf = (
  { file, name, bytes, type = '' }: FileAnswer,
  kind: AttachmentKind = 'file',
): Attachment => ({
  ...{ file, kind, name, bytes, type },
});

async function share(
  device: Device,
  conversation: number,
  text = '',
): Promise<{ file: string; seq: number; content: Buffer }> {
  const content = randomBytes(100_000);
  const answer = await uploaded(device, content);
  const { seq } = await device.client
    .send(conversation, text, { attachments: [attachmentOf(answer)] })
    .whenSent();
  return { file: answer.file, seq, content };
}

/** What a link of theirs gives them; undefined when they get none. Links last for two seconds: whoever comes later asks for another. */
async function read(device: Device, wanted: LinkRequest): Promise<Buffer | undefined> {
  const content = await eventually('a link is followed in time', async () => {
    const [link] = await filesOf(device).links([wanted]);
    if (link?.urls === undefined) return 'none';
    const response = await fetch(link.urls.original);
    assert.equal(response.status, 200);
    return Buffer.from(await response.arrayBuffer());
  });
  return content === 'none' ? undefined : content;
}

test('a file goes from one to another with a message, and is read by whoever may see that', async () => {
  const [ann, bob, eve] = (await people(3)) as [Device, Device, Device];
  const conversation = await befriend(ann, bob);
  const first = await ann.say(conversation, 'first');
  const arrives = nextEvent(bob.client, 'message', ({ message }) => message.attachments !== undefined);
  const { file, seq, content } = await share(ann, conversation, 'look');
  const { message } = await arrives;
  assert.deepEqual([message.text, message.seq], ['look', seq]);
  assert.deepEqual(message.attachments, [
    { file, kind: 'file', name: 'notes.bin', type: 'application/octet-stream', bytes: 100_000 },
  ]);
  assert.deepEqual(await read(bob, { conversation, seq, file }), content);
  assert.deepEqual(await read(ann, { file }), content);
  for (const wanted of [{ conversation, seq, file }, { file }, { file, user: ann.person.id }])
    assert.equal(await read(eve, wanted), undefined);
  // What one may see in one place is not to be had by naming another.
  assert.equal(await read(bob, { conversation, seq: first.seq, file }), undefined);
  const { messages } = await bob.client.request('sharedItems', { conversation, what: 'files' });
  assert.deepEqual(
    messages.map((one) => one.seq),
    [seq],
  );
  const other = attachmentOf(await uploaded(ann, randomBytes(10)));
  const many = async (count: number) =>
    ann.client.send(conversation, '', { attachments: Array(count).fill(other) }).whenSent();
  await many(10);
  await assert.rejects(many(11), { code: 'bad_request' });
  // Passed on, it is read where it was passed to, by whoever may see that, and stays when the first message goes.
  const withEve = await befriend(bob, eve);
  const comes = nextEvent(eve.client, 'message', (told) => told.message.forwarded !== undefined);
  const passed = await bob.client.forward(message, withEve).whenSent();
  const { message: told } = await comes;
  assert.deepEqual([told.text, told.seq, told.attachments], ['look', passed.seq, message.attachments]);
  assert.equal(told.forwarded!.user, ann.person.id);
  await ann.client.recall(conversation, seq);
  assert.deepEqual(await read(eve, { conversation: withEve, seq: passed.seq, file }), content);
  assert.equal(await read(ann, { conversation: withEve, seq: passed.seq, file }), undefined);
  await closeAll([ann, bob, eve]);
});

test('a link is worthless after its time, and with anything about it changed', async () => {
  const [ann] = (await people(1)) as [Device];
  const { file } = await uploaded(ann, randomBytes(1_000));
  const url = await eventually('a link is followed in time', async () => {
    const [link] = await filesOf(ann).links([{ file }]);
    const { original } = link!.urls!;
    return (await fetch(original)).status === 200 && original;
  });
  const changed = [
    url.replace('/original', '/large'),
    url.replace(/e=\d+/, `e=${Date.now() + 3_600_000}`),
    `${url}&d=1`,
    url.replace(/s=../, 's=xx'),
    url.replace(file, randomBytes(16).toString('base64url')),
  ];
  for (const other of changed) assert.equal((await fetch(other)).status, 403, other);
  await eventually('it has expired', async () => (await fetch(url)).status === 403);
  await closeAll([ann]);
});

test('who has left reads what came before, and nothing that came later; who was blocked keeps what there was', async () => {
  const [ann, bob] = (await people(2)) as [Device, Device];
  const crew = await createGroup([ann, bob], 'Crew');
  const before = await share(ann, crew);
  await bob.client.request('groupLeave', { conversation: crew });
  const after = await share(ann, crew);
  assert.deepEqual(
    await read(bob, { conversation: crew, seq: before.seq, file: before.file }),
    before.content,
  );
  assert.equal(await read(bob, { conversation: crew, seq: after.seq, file: after.file }), undefined);
  const direct = (await ann.client.request('directOpen', { user: bob.person.id })).conversation.conversation;
  const shared = await share(ann, direct);
  await ann.client.request('block', { user: bob.person.id });
  assert.deepEqual(
    await read(bob, { conversation: direct, seq: shared.seq, file: shared.file }),
    shared.content,
  );
  const own = await uploaded(bob, randomBytes(10));
  const refused = bob.client.send(direct, '', { attachments: [attachmentOf(own)] });
  await assert.rejects(refused.whenSent(), { code: 'blocked' });
  await closeAll([ann, bob]);
});

test('what was taken back is nobody’s from then on, and its bytes are gone at once', async () => {
  const [ann, bob] = (await people(2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  const { file, seq, content } = await share(ann, conversation);
  const wanted = { conversation, seq, file };
  assert.deepEqual(await read(bob, wanted), content);
  await ann.client.recall(conversation, seq);
  for (const device of [ann, bob]) assert.equal(await read(device, wanted), undefined);
  const uploads = join(dirname(platform.logFolder), 'files/uploads');
  const isStored = async () => (await readdir(uploads)).some((name) => name.startsWith(file));
  await eventually('nothing of it is left', async () => !(await isStored()));
  assert.equal(await read(ann, { file }), undefined);
  await closeAll([ann, bob]);
});

test("pictures of people are for all who are logged in, a group's for its members", async () => {
  const [ann, bob, eve] = (await people(3)) as [Device, Device, Device];
  const crew = await createGroup([ann, bob], 'Crew');
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const { file, kind } = await uploaded(ann, png, 'me.png');
  assert.equal(kind, 'image');
  assert.equal(await read(eve, { file, user: ann.person.id }), undefined);
  await ann.client.request('profileUpdate', { icon: `file:${file}` });
  assert.deepEqual(await read(eve, { file, user: ann.person.id }), png);
  const told = nextEvent(bob.client, 'entry', ({ entry }) => entry.picture !== undefined);
  await ann.client.request('groupPicture', { conversation: crew, file });
  assert.equal((await told).entry.picture, file);
  assert.deepEqual(await read(bob, { file, group: crew }), png);
  assert.equal(await read(eve, { file, group: crew }), undefined);
  const gif = (await uploaded(bob, randomBytes(10))).file;
  await assert.rejects(bob.client.request('profileUpdate', { icon: `file:${gif}` }), { code: 'bad_request' });
  await closeAll([ann, bob, eve]);
});

test('a client that knows texts only is pushed a line in place of the files', async () => {
  const [ann, bob] = (await people(2)) as [Device, Device];
  const conversation = await befriend(ann, bob);
  const plain = await connectDevice(platform, bob.person, { deviceClass: 'plain' });
  const arrives = nextEvent(plain.client, 'message', ({ message }) => message.text.includes('📎'));
  await share(ann, conversation);
  const { message } = await arrives;
  assert.match(message.text, /^📎 notes\.bin \(100 kB\)/);
  assert.equal(message.attachments, undefined);
  await closeAll([ann, bob, plain]);
});

test('an upload goes on where it was: the service is killed in its middle', async () => {
  const [ann] = (await people(1)) as [Device];
  const content = randomBytes(8_000_000);
  const files = filesOf(ann);
  const upload = files.upload(content, { name: 'large.bin', chunkBytes: 500_000 });
  const service = platform.service('files');
  let killed = false;
  const stop = upload.onProgress(({ sentBytes }) => {
    if (sentBytes < 2_000_000 || killed) return;
    killed = true;
    void service.kill().then(() => service.start());
  });
  const { file, bytes } = await upload.whenReady();
  stop();
  assert.ok(killed);
  assert.equal(bytes, content.length);
  assert.deepEqual(await read(ann, { file }), content);
  await closeAll([ann]);
});

test('an upload whose client is killed at every quarter goes on from another process each time', async () => {
  const [ann] = (await people(1)) as [Device];
  const content = randomBytes(2_000_000);
  const folder = await mkdtemp(join(tmpdir(), 'berth-upload-'));
  const path = join(folder, 'log.bin');
  await writeFile(path, content);
  const run = promisify(execFile);
  const { email, password } = ann.person;
  const script = join(import.meta.dirname, 'upload-process.ts');
  const uploadUntil = (end: number, begun: string[] = []) =>
    run(process.execPath, [script, platform.gateUrl, email, password, path, String(end), ...begun]);
  let file = '';
  for (let quarter = 1, reached = 0; quarter <= 3; quarter++) {
    const killed = uploadUntil((content.length / 4) * quarter, file === '' ? [] : [file]);
    const { signal, stdout } = await killed.then(
      () => assert.fail('it was not killed'),
      (error) => error,
    );
    assert.equal(signal, 'SIGKILL');
    if (quarter > 1) assert.equal(stdout, file);
    file = stdout;
    const [row] = await platform.db.rows<{ state: number }>('SELECT state FROM files WHERE id = ?', [
      Buffer.from(file, 'base64url'),
    ]);
    assert.equal(row!.state, 0, 'it is not whole');
    const { size } = await stat(join(dirname(platform.logFolder), 'files/uploads', file));
    assert.ok(size > reached && size < content.length, `${size} bytes are there after ${reached}`);
    reached = size;
  }
  await uploadUntil(content.length + 1, [file]);
  assert.deepEqual(await read(ann, { file }), content);
  await rm(folder, { recursive: true });
  await closeAll([ann]);
});
