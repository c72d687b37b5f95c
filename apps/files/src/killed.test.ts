import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually, useMysql } from '@berth/fixtures';
import { createFilesProcess } from './fixtures/files-process.fixture.ts';
import {
  beginUpload,
  createUploader,
  describe,
  fileOf,
  headUpload,
  patchUpload,
  type Uploader,
} from './fixtures/use-files.ts';

const mysql = useMysql();
const folder = await mkdtemp(join(tmpdir(), 'berth-files-'));
const files = await createFilesProcess(() => mysql.url, folder);
const { url } = files;

after(async () => {
  await files.kill();
  await rm(folder, { recursive: true, force: true });
});

const patchHeaders = ({ token }: Uploader, offset: number, bytes: number) => ({
  ...{ authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-offset': String(offset) },
  ...{ 'content-type': 'application/offset+octet-stream', 'content-length': String(bytes) },
});

/** Sends so many bytes of a larger request, and leaves without a word. */
async function sendAndLeave(
  user: Uploader,
  file: string,
  content: Buffer,
  from: number,
  to: number,
): Promise<void> {
  const headers = patchHeaders(user, from, content.length - from);
  const sent = request(`${url}/v1/uploads/${file}`, { method: 'PATCH', headers });
  sent.on('error', () => {});
  await new Promise<void>((resolve) => sent.write(content.subarray(from, to), () => resolve()));
  // What was handed on has to arrive before the connection is cut.
  await eventually(
    'it has come',
    async () => Number((await readFile(join(folder, 'uploads', file))).length) >= to,
  );
  sent.destroy();
}

const offsetOf = async (user: Uploader, file: string): Promise<number> =>
  Number((await headUpload(url, user, file)).headers.get('upload-offset'));

test('an upload that is left or killed at every quarter goes on from there, and comes out whole', async () => {
  await files.start();
  const user = await createUploader(mysql.db);
  const content = randomBytes(2_000_000);
  const file = fileOf(await beginUpload(url, user, content.length));
  for (const quarter of [1, 2, 3]) {
    const from = await offsetOf(user, file);
    const to = (content.length / 4) * quarter;
    await sendAndLeave(user, file, content, from, to);
    if (quarter !== 2) {
      await files.kill();
      await files.start();
    }
    assert.equal(await offsetOf(user, file), to);
  }
  const from = await offsetOf(user, file);
  // All bytes, and then nobody to note that.
  await patchUpload(url, user, file, from, content.subarray(from));
  await mysql.db.run('UPDATE files SET state = 0 WHERE id = ?', [Buffer.from(file, 'base64url')]);
  await files.kill();
  await files.start();
  const { state, bytes } = await describe(url, user, file, 10_000);
  assert.deepEqual([state, bytes], ['ready', content.length]);
  assert.deepEqual(await readFile(join(folder, 'uploads', file)), content);
});

test('who comes back on another connection, from another network, takes an upload over from the one before', async () => {
  const user = await createUploader(mysql.db);
  const content = randomBytes(1_000_000);
  const file = fileOf(await beginUpload(url, user, content.length));
  const headers = patchHeaders(user, 0, content.length);
  const held = request(`${url}/v1/uploads/${file}`, { method: 'PATCH', headers });
  held.on('error', () => {});
  held.write(content.subarray(0, 300_000));
  await eventually(
    'some has come',
    async () => (await readFile(join(folder, 'uploads', file))).length === 300_000,
  );
  // The first one is still open, and says nothing.
  assert.equal(await offsetOf(user, file), 300_000);
  const fromElsewhere = request(`${url}/v1/uploads/${file}`, {
    method: 'PATCH',
    localAddress: '127.0.0.2',
    headers: patchHeaders(user, 300_000, content.length - 300_000),
  });
  fromElsewhere.end(content.subarray(300_000));
  const [answer] = (await once(fromElsewhere, 'response')) as [IncomingMessage];
  assert.equal(answer.resume().statusCode, 204);
  held.destroy();
  assert.deepEqual(await readFile(join(folder, 'uploads', file)), content);
});
