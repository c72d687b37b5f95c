import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { eventually, useMysql } from '@berth/fixtures';
import { oldIconName, oldPictureName } from '@berth/wire/old-files';
import sharp from 'sharp';
import type { Files } from './app.ts';
import { announceOldPicture, fetchOld, giveOldToken, numberedMessage, OldWire } from './fixtures/old-wire.ts';
import { credentials, type Seaweed, startSeaweed, weedBinary } from './fixtures/seaweedfs.ts';
import {
  beginUpload,
  codeOf,
  createUploader,
  describe,
  fileOf,
  headUpload,
  linksTo,
  patchUpload,
  removeUpload,
  startFiles,
  upload,
} from './fixtures/use-files.ts';

const skip = existsSync(weedBinary) ? false : 'there is no SeaweedFS: docs/files.md says how it is built';
const mysql = useMysql();
const bucket = 'berth-files';
let weed: Seaweed;
/** Two replicas on one bucket and one database. */
const replicas: Files[] = [];
const urlOf = (index: number) => `http://127.0.0.1:${replicas[index]!.ports.http}/files`;

before(async () => {
  if (skip) return;
  await mysql.ready;
  weed = await startSeaweed(bucket);
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  const environment = { STORAGE: 's3', S3_BUCKET: bucket, S3_ENDPOINT: weed.endpoint, S3_PATH_STYLE: 'true' };
  for (let index = 0; index < 2; index++) replicas.push(await startFiles(mysql.url, environment));
});
after(async () => {
  for (const files of replicas) await files.close();
  await weed?.close();
});

test('an upload that one replica began goes on at another, and comes out of S3', { skip }, async () => {
  const user = await createUploader(mysql.db);
  const content = randomBytes(14_000_000);
  const file = fileOf(await beginUpload(urlOf(0), user, content.length));
  for (const [index, from] of [0, 3_000_000, 9_500_000].entries()) {
    const to = [3_000_000, 9_500_000, content.length][index]!;
    const url = urlOf(index % 2);
    assert.equal((await headUpload(url, user, file)).headers.get('upload-offset'), String(from));
    const sent = await patchUpload(url, user, file, from, content.subarray(from, to));
    assert.equal(sent.status, 204, await sent.text());
  }
  assert.equal((await describe(urlOf(1), user, file, 20_000)).state, 'ready');
  const [link] = await linksTo(urlOf(0), user, [{ file }]);
  const answer = await fetch(link!.urls!.original, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  assert.ok(answer.headers.get('location')!.startsWith(`${weed.endpoint}/${bucket}/${file}?`));
  const whole = await fetch(link!.urls!.download);
  assert.match(whole.headers.get('content-disposition')!, /^attachment/);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
});

test('a picture is cleaned and gets its previews there, and all of it goes when it is deleted', {
  skip,
}, async () => {
  const user = await createUploader(mysql.db);
  const raw = { width: 1_000, height: 800, channels: 3 } as const;
  const picture = sharp(randomBytes(raw.width * raw.height * 3), { raw });
  const content = await picture
    .withExif({ IFD0: { Make: 'Berth' } })
    .jpeg()
    .toBuffer();
  const { file, previews, bytes } = await upload(urlOf(0), user, content);
  assert.equal(previews, true);
  const [link] = await linksTo(urlOf(1), user, [{ file }]);
  const original = Buffer.from(await (await fetch(link!.urls!.original)).arrayBuffer());
  assert.equal(original.length, bytes);
  assert.equal((await sharp(original).metadata()).exif, undefined);
  const small = await fetch(link!.urls!.small!);
  assert.equal(small.headers.get('content-type'), 'image/webp');
  assert.equal((await sharp(Buffer.from(await small.arrayBuffer())).metadata()).width, 320);
  assert.equal((await removeUpload(urlOf(1), user, file)).status, 204);
  assert.deepEqual(await weed.keys(file), []);
});

test('an upload that is given up leaves nothing behind', { skip }, async () => {
  const user = await createUploader(mysql.db);
  const file = fileOf(await beginUpload(urlOf(0), user, 9_000_000));
  await patchUpload(urlOf(0), user, file, 0, randomBytes(1_000_000));
  assert.ok((await weed.keys(file)).length > 0);
  assert.equal((await removeUpload(urlOf(0), user, file)).status, 204);
  assert.deepEqual(await weed.keys(file), []);
  assert.equal(await weed.parts(file), undefined);
});

test('pictures of llfcchat clients go there and come from there, whichever replica they are at', {
  skip,
}, async () => {
  const user = await createUploader(mysql.db);
  const token = await giveOldToken(mysql.db, user);
  const raw = { width: 300, height: 200, channels: 3 } as const;
  const picture = sharp(randomBytes(raw.width * raw.height * 3), { raw });
  const content = await picture.png().toBuffer();
  const first = await OldWire.connect(replicas[0]!.ports.tcp);
  for (const [id, frame] of await announceOldPicture(mysql.db, user, content, token))
    assert.equal((await first.ask(id, frame)).error, 0);
  const [{ file }] = (await mysql.db.rows<{ file: Buffer }>(
    'SELECT file_id AS file FROM old_uploads WHERE owner_id = ? AND state = 1',
    [user.id],
  )) as [{ file: Buffer }];
  const id = file.toString('base64url');
  assert.ok((await weed.keys(id)).includes(id));
  const { state, kind } = await describe(urlOf(1), user, id, 20_000);
  assert.deepEqual([state, kind], ['ready', 'image']);
  const [link] = await linksTo(urlOf(1), user, [{ file: id }]);
  assert.deepEqual(Buffer.from(await (await fetch(link!.urls!.original)).arrayBuffer()), content);

  // Browsers make icons of a type that such a client need not know.
  const icon = await upload(urlOf(0), user, await picture.webp().toBuffer());
  await mysql.db.run('UPDATE users SET icon = ? WHERE id = ?', [`file:${icon.file}`, user.id]);
  const second = await OldWire.connect(replicas[1]!.ports.tcp);
  const mine = { token, uid: user.id };
  const name = oldIconName(user.id, `file:${icon.file}`);
  const shown = await sharp(await fetchOld(second, 1033, { ...mine, name })).metadata();
  assert.deepEqual([shown.format, shown.width, shown.height], ['png', 256, 171]);
  // In a conversation it is made a JPEG once, for all replicas.
  const told = { ...icon, name: 'sea.webp', type: icon.type! };
  const asked = {
    ...{ ...mine, name: oldPictureName(told) },
    message_id: await numberedMessage(mysql.db, user, told),
  };
  const jpeg = await fetchOld(second, 1047, asked);
  assert.deepEqual([(await sharp(jpeg).metadata()).format, asked.name.slice(-4)], ['jpeg', '.jpg']);
  assert.ok((await weed.keys(icon.file)).includes(`${icon.file}.plain`));
  assert.deepEqual(await fetchOld(first, 1047, asked), jpeg);
  assert.equal((await removeUpload(urlOf(0), user, icon.file)).status, 204);
  assert.deepEqual(await weed.keys(icon.file), []);
  await Promise.all([first.close(), second.close()]);
});

test('S3 is away in the middle: it is told so, and the upload goes on when it is back', {
  skip,
}, async () => {
  const user = await createUploader(mysql.db);
  const content = randomBytes(6_000_000);
  const file = fileOf(await beginUpload(urlOf(0), user, content.length));
  await patchUpload(urlOf(0), user, file, 0, content.subarray(0, 1_000_000));
  await weed.stop();
  const refused = await patchUpload(urlOf(0), user, file, 1_000_000, content.subarray(1_000_000));
  assert.deepEqual([refused.status, await codeOf(refused)], [503, 'unavailable']);
  const begun = await beginUpload(urlOf(1), user, 100);
  assert.equal(begun.status, 503);
  const wire = await OldWire.connect(replicas[0]!.ports.tcp);
  const token = await giveOldToken(mysql.db, user);
  const [frame] = await announceOldPicture(mysql.db, user, randomBytes(1_000), token);
  assert.equal((await wire.ask(...frame!)).error, 1015);
  await wire.close();
  const links = await linksTo(urlOf(1), user, [{ file }]);
  assert.equal(links.length, 1, 'what needs no bytes is served');
  await eventually('nothing is counted that was not begun', async () => {
    const [budget] = await mysql.db.rows<{ open: number }>(
      'SELECT open_uploads AS open FROM file_budgets WHERE owner_id = ?',
      [user.id],
    );
    return budget!.open === 1;
  });
  await weed.start();
  const held = await eventually('what came before is known', async () =>
    (await headUpload(urlOf(1), user, file)).headers.get('upload-offset'),
  );
  assert.equal(held, '1000000');
  assert.equal((await patchUpload(urlOf(1), user, file, 1_000_000, content.subarray(1_000_000))).status, 204);
  assert.equal((await describe(urlOf(0), user, file, 20_000)).state, 'ready');
  const [link] = await linksTo(urlOf(0), user, [{ file }]);
  const whole = await fetch(link!.urls!.original);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
});
