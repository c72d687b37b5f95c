import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  beginUpload,
  codeOf,
  fileOf,
  headUpload,
  type Uploader,
  upload,
  useFiles,
} from './fixtures/use-files.ts';

const megabyte = 1_048_576;
const files = useFiles({ MAX_FILE_MB: '8', USER_OPEN_UPLOADS: '20' });

/** A request for the bytes of an upload that says `headers` of itself, and what it is answered; undefined: it was cut. */
function patch(
  { token }: Uploader,
  file: string,
  headers: Record<string, string>,
): { sent: ClientRequest; answer: Promise<IncomingMessage | undefined> } {
  const sent = request(`${files.url}/v1/uploads/${file}`, {
    method: 'PATCH',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-offset': '0' },
      ...{ 'content-type': 'application/offset+octet-stream', ...headers },
    },
  });
  const answer = new Promise<IncomingMessage | undefined>((resolve) => {
    sent.once('response', (response) => resolve(response.resume()));
    sent.once('close', () => resolve(undefined)).on('error', () => resolve(undefined));
  });
  return { sent, answer };
}

test('a gigabyte does not get through a limit of 8 MiB, said or unsaid', async () => {
  const user = await files.user();
  assert.equal((await beginUpload(files.url, user, 1_024 * megabyte)).status, 413);
  assert.deepEqual(await readdir(join(files.folder, 'uploads')), []);

  const file = fileOf(await beginUpload(files.url, user, 8 * megabyte));
  const said = patch(user, file, { 'content-length': String(1_024 * megabyte) });
  said.sent.flushHeaders();
  assert.equal((await said.answer)!.statusCode, 413, 'before the first byte');
  said.sent.destroy();

  const unsaid = patch(user, file, { 'transfer-encoding': 'chunked' });
  let isOver = false;
  void unsaid.answer.then(() => {
    isOver = true;
  });
  const piece = randomBytes(megabyte);
  let sent = 0;
  while (!isOver && sent < 1_024) {
    sent++;
    if (!unsaid.sent.write(piece))
      await Promise.race([new Promise((resolve) => unsaid.sent.once('drain', resolve)), unsaid.answer]);
  }
  // Beside what there is room for, what lies in the buffers of the connection.
  assert.ok(sent < 64, `${sent} MiB were taken`);
  const response = await unsaid.answer;
  if (response !== undefined) assert.equal(response.statusCode, 413);
  unsaid.sent.destroy();

  const offset = Number((await headUpload(files.url, user, file)).headers.get('upload-offset'));
  assert.ok(offset <= 8 * megabyte, `${offset}`);
  assert.equal((await upload(files.url, user, randomBytes(1_000))).state, 'ready');
});

test('who begins hundreds of uploads has as many as they may, and costs others nothing', async () => {
  const [user, other] = [await files.user(), await files.user()];
  const before = (await readdir(join(files.folder, 'uploads'))).length;
  const answers = new Map<string, number>();
  const begin = async () => {
    const response = await beginUpload(files.url, user, 10);
    const said = response.status === 201 ? 'begun' : await codeOf(response);
    answers.set(said, (answers.get(said) ?? 0) + 1);
  };
  const lanes = Array.from({ length: 16 }, async () => {
    for (let count = 0; count < 50; count++) await begin();
  });
  const content = randomBytes(1_000);
  const theirs = await upload(files.url, other, content);
  assert.equal(theirs.bytes, content.length);
  await Promise.all(lanes);
  assert.deepEqual(Object.fromEntries(answers), { begun: 20, limit_reached: 780 });
  // Each is a file and a note of what it is.
  assert.equal((await readdir(join(files.folder, 'uploads'))).length, before + 2 * 21);
  const [row] = await files.db.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM files WHERE owner_id = ?',
    [user.id],
  );
  assert.equal(Number(row!.count), 20);
});
