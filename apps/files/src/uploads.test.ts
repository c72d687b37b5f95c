import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import {
  beginUpload,
  codeOf,
  describe,
  fileOf,
  headUpload,
  linksTo,
  patchUpload,
  removeUpload,
  upload,
  useFiles,
} from './fixtures/use-files.ts';

const files = useFiles({ MAX_FILE_MB: '8', USER_DAY_MB: '20', USER_TOTAL_MB: '30', USER_OPEN_UPLOADS: '3' });
const stored = (file: string) => readFile(join(files.folder, 'uploads', file));

test('a file goes up in pieces, and comes down whole and in ranges', async () => {
  const user = await files.user();
  const content = randomBytes(300_000);
  const file = fileOf(await beginUpload(files.url, user, content.length, { name: 'notes.txt' }));
  const first = await patchUpload(files.url, user, file, 0, content.subarray(0, 100_000));
  assert.equal(first.headers.get('upload-offset'), '100000');
  assert.equal((await headUpload(files.url, user, file)).headers.get('upload-offset'), '100000');
  assert.equal((await describe(files.url, user, file)).state, 'uploading');
  await patchUpload(files.url, user, file, 100_000, content.subarray(100_000));
  const { state, name, bytes, kind, type } = await describe(files.url, user, file, 10_000);
  assert.deepEqual(
    { state, name, bytes, kind, type },
    { state: 'ready', name: 'notes.txt', bytes: 300_000, kind: 'file', type: 'application/octet-stream' },
  );
  const [link] = await linksTo(files.url, user, [{ file }]);
  const whole = await fetch(link!.urls!.original);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
  assert.match(whole.headers.get('cache-control')!, /immutable/);
  const part = await fetch(link!.urls!.original, { headers: { range: 'bytes=1000-1999' } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), content.subarray(1_000, 2_000));
  const etag = whole.headers.get('etag')!;
  // What `fetch` would send along asks for the whole all the same.
  const again = get(link!.urls!.original, { headers: { 'if-none-match': etag } });
  const [unchanged] = (await once(again, 'response')) as [IncomingMessage];
  assert.equal(unchanged.resume().statusCode, 304);
  const beyond = await fetch(link!.urls!.original, { headers: { range: 'bytes=400000-' } });
  assert.equal(beyond.status, 416);
});

test('a wrong offset, size or checksum is refused, and leaves the upload as it was', async () => {
  const user = await files.user();
  const content = randomBytes(1_000);
  const file = fileOf(await beginUpload(files.url, user, content.length));
  const patch = (offset: number, body: Buffer, headers = {}) =>
    patchUpload(files.url, user, file, offset, body, headers);
  assert.equal((await patch(10, content)).status, 409);
  assert.equal((await patch(0, randomBytes(1_001))).status, 413);
  const wrong = createHash('sha256').update('other').digest('base64');
  assert.equal((await patch(0, content, { 'upload-checksum': `sha256 ${wrong}` })).status, 460);
  assert.equal((await patch(0, content, { 'upload-checksum': 'crc32 AAAA' })).status, 400);
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(randomBytes(2_000));
      controller.close();
    },
  });
  assert.equal((await patch(0, stream as never)).status, 413);
  assert.equal((await headUpload(files.url, user, file)).headers.get('upload-offset'), '0');
  const right = createHash('sha1').update(content).digest('base64');
  assert.equal((await patch(0, content, { 'upload-checksum': `sha1 ${right}` })).status, 204);
  assert.deepEqual(await stored(file), content);
});

test('an upload says until when it goes on, and does not after that', async () => {
  const user = await files.user();
  const begun = await beginUpload(files.url, user, 1_000);
  const file = fileOf(begun);
  const sent = await patchUpload(files.url, user, file, 0, randomBytes(400));
  const dayMs = 86_400_000;
  for (const response of [begun, sent, await headUpload(files.url, user, file)]) {
    const left = Date.parse(response.headers.get('upload-expires') ?? '') - Date.now();
    if (response.status !== 200) assert.ok(left > dayMs / 2 && left <= dayMs, `${response.status}: ${left}`);
  }
  // As if it had been begun two days ago.
  const note = join(files.folder, 'uploads', `${file}.json`);
  const known = JSON.parse(await readFile(note, 'utf8'));
  known.creation_date = new Date(Date.now() - 2 * dayMs).toISOString();
  await writeFile(note, JSON.stringify(known));
  assert.equal((await headUpload(files.url, user, file)).status, 410);
  assert.equal((await patchUpload(files.url, user, file, 400, randomBytes(600))).status, 410);
});

test('an upload needs a length and a name, and who asks', async () => {
  const user = await files.user();
  const post = (headers: Record<string, string>) =>
    fetch(`${files.url}/v1/uploads`, { method: 'POST', headers: { 'tus-resumable': '1.0.0', ...headers } });
  const authorization = `Bearer ${user.token}`;
  const name = `name ${Buffer.from('a').toString('base64')}`;
  assert.equal(
    await codeOf(await post({ 'upload-length': '1', 'upload-metadata': name })),
    'unauthenticated',
  );
  assert.equal((await post({ authorization, 'upload-metadata': name })).status, 400);
  assert.equal(
    (await post({ authorization, 'upload-metadata': name, 'upload-defer-length': '1' })).status,
    501,
  );
  assert.equal(await codeOf(await post({ authorization, 'upload-length': '1' })), 'bad_request');
  const options = await fetch(`${files.url}/v1/uploads`, { method: 'OPTIONS' });
  assert.match(options.headers.get('tus-extension')!, /creation.*checksum.*expiration.*termination/);
  assert.equal(options.headers.get('tus-checksum-algorithm'), 'sha1,sha256,md5');
});

test('limits of a file, of a day, of all and of open uploads are told apart', async () => {
  const user = await files.user();
  const megabyte = 1_048_576;
  assert.equal((await beginUpload(files.url, user, 8 * megabyte + 1)).status, 413);
  for (let index = 0; index < 3; index++) assert.equal((await beginUpload(files.url, user, 10)).status, 201);
  const fourth = await beginUpload(files.url, user, 10);
  assert.deepEqual([fourth.status, await codeOf(fourth)], [422, 'limit_reached']);
  const other = await files.user();
  for (let index = 0; index < 2; index++) await beginUpload(files.url, other, 8 * megabyte);
  const tooMuch = await beginUpload(files.url, other, 8 * megabyte);
  assert.deepEqual([tooMuch.status, await codeOf(tooMuch)], [429, 'rate_limited']);
  await files.db.run('UPDATE file_budgets SET day = day - 1 WHERE owner_id = ?', [other.id]);
  const full = await beginUpload(files.url, other, 8 * megabyte);
  assert.equal(full.status, 201);
  await files.db.run('UPDATE file_budgets SET day = day - 1, open_uploads = 0 WHERE owner_id = ?', [
    other.id,
  ]);
  assert.equal(await codeOf(await beginUpload(files.url, other, 8 * megabyte)), 'limit_reached');
});

test('an upload of one user is none to another', async () => {
  const [ann, bob] = [await files.user(), await files.user()];
  const file = fileOf(await beginUpload(files.url, ann, 10));
  assert.equal((await headUpload(files.url, bob, file)).status, 404);
  assert.equal((await patchUpload(files.url, bob, file, 0, randomBytes(10))).status, 404);
  const deleted = await fetch(`${files.url}/v1/uploads/${file}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${bob.token}`, 'tus-resumable': '1.0.0' },
  });
  assert.equal(deleted.status, 404);
  await assert.rejects(describe(files.url, bob, file), /404/);
  assert.equal((await headUpload(files.url, ann, file)).status, 200);
});

test('what is given up is gone, and is not counted any more', async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, randomBytes(50_000));
  assert.equal((await removeUpload(files.url, user, file)).status, 204);
  assert.equal((await removeUpload(files.url, user, file)).status, 404);
  const left = await readdir(join(files.folder, 'uploads'));
  assert.equal(left.filter((name) => name.startsWith(file)).length, 0);
  const [budget] = await files.db.rows<{ total: number; open: number }>(
    'SELECT total_bytes AS total, open_uploads AS open FROM file_budgets WHERE owner_id = ?',
    [user.id],
  );
  assert.deepEqual([Number(budget!.total), budget!.open], [0, 0]);
});

test('what is given up while it is looked into is gone all the same', async () => {
  const user = await files.user();
  const giveUpAtOnce = async () => {
    const file = fileOf(await beginUpload(files.url, user, 1_000));
    await patchUpload(files.url, user, file, 0, randomBytes(1_000));
    return (await removeUpload(files.url, user, file)).status;
  };
  for (let round = 0; round < 40; round++)
    assert.deepEqual(await Promise.all([giveUpAtOnce(), giveUpAtOnce(), giveUpAtOnce()]), [204, 204, 204]);
});

test('a session that has ended uploads no more', async () => {
  const user = await files.user();
  await files.db.run('UPDATE sessions SET ended_at = 1 WHERE user_id = ?', [user.id]);
  assert.equal(await codeOf(await beginUpload(files.url, user, 10)), 'session_ended');
  const other = await files.user();
  assert.equal((await beginUpload(files.url, other, 10)).status, 201);
  await files.db.run('UPDATE users SET generation = 2 WHERE id = ?', [other.id]);
  await eventually(
    'the reset is known',
    async () => (await beginUpload(files.url, other, 10)).status === 401,
  );
});

test('names are for people: without paths, controls and what turns a text around', async () => {
  const user = await files.user();
  const names: [string, string][] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['in\u202eexe.jpg', 'inexe.jpg'],
    ['a\r\nb\0.txt', 'ab.txt'],
    ['...', 'file'],
    [`${'é'.repeat(200)}.jpeg`, `${'é'.repeat(125)}.jpeg`],
  ];
  for (const [given, kept] of names) {
    const { name, file } = await upload(files.url, user, Buffer.from('x'), { name: given });
    assert.equal(name, kept);
    const [link] = await linksTo(files.url, user, [{ file }]);
    const response = await fetch(link!.urls!.download);
    assert.equal(response.status, 200);
    assert.match(
      response.headers.get('content-disposition')!,
      /^attachment; filename="[\x20-\x7e]*"; filename\*=/,
    );
  }
});
