import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, get, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually, useMysql } from '@berth/fixtures';
import sharp from 'sharp';
import { createFilesProcess } from './fixtures/files-process.fixture.ts';
import {
  beginUpload,
  createUploader,
  fileOf,
  linksTo,
  patchUpload,
  type Uploader,
  upload,
} from './fixtures/use-files.ts';

const megabyte = 1_048_576;
/** The chart gives the container 1 GiB: what a flood takes is far from it. */
const floodMiB = 350;

const mysql = useMysql();
const folder = await mkdtemp(join(tmpdir(), 'berth-files-'));
const files = await createFilesProcess(() => mysql.url, folder, {
  ...{ TRANSFER_CPU_PERCENT: '100', MEDIA_SECONDS: '120' },
});
const { url } = files;
const open: (Socket | ClientRequest)[] = [];

after(async () => {
  for (const one of open) one.destroy();
  await files.kill();
  await rm(folder, { recursive: true, force: true });
});

/** More than before it, at most, while `work` is done and after. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const before = files.residentMiB();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, files.residentMiB());
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return Math.round(Math.max(peak, files.residentMiB()) - before);
}

/** Everybody is gone, and somebody else is served as ever. */
async function leaveAll(other: Uploader): Promise<void> {
  for (const one of open.splice(0)) one.destroy();
  await eventually('nothing of them is kept', async () => (await files.kept('transfers')) === 0, 60_000);
  assert.equal((await upload(url, other, randomBytes(100_000))).bytes, 100_000);
}

test('floods take a bounded part of the memory, and none of it stays busy', {
  skip: process.platform !== 'linux',
}, async (t) => {
  await mysql.ready;
  await files.start();
  const users = await Promise.all(Array.from({ length: 12 }, () => createUploader(mysql.db)));
  const [user, other] = users as [Uploader, Uploader];
  // What is loaded once is not held against a flood.
  const { file: large } = await upload(url, user, randomBytes(24 * megabyte));
  const [link] = await linksTo(url, user, [{ file: large }]);
  const { original } = link!.urls!;
  assert.equal((await (await fetch(original)).arrayBuffer()).byteLength, 24 * megabyte);

  await t.test('connections that say half a word', async () => {
    const { hostname, port } = new URL(url);
    const grown = await peakOf(async () => {
      for (let count = 0; count < 2_000; count++) {
        const socket = connect(Number(port), hostname).on('error', () => {});
        socket.write(`GET /files/v1/files HTTP/1.1\r\nX-Filler: ${'x'.repeat(4_096)}`);
        open.push(socket);
      }
      await eventually('all have connected', () => open.every((one) => !(one as Socket).connecting), 60_000);
      await leaveAll(other);
    });
    t.diagnostic(`2,000 connections: ${grown} MiB`);
    assert.ok(grown < floodMiB, `${grown} MiB`);
  });

  await t.test('bodies that stop in the middle', async () => {
    const piece = randomBytes(megabyte);
    const grown = await peakOf(async () => {
      for (const each of users) {
        const begun = await Promise.all(
          Array.from({ length: 15 }, () => beginUpload(url, each, 2 * megabyte)),
        );
        for (const one of begun) {
          const sent = request(`${url}/v1/uploads/${fileOf(one)}`, {
            method: 'PATCH',
            headers: {
              ...{ authorization: `Bearer ${each.token}`, 'tus-resumable': '1.0.0', 'upload-offset': '0' },
              ...{
                'content-type': 'application/offset+octet-stream',
                'content-length': String(2 * megabyte),
              },
            },
          }).on('error', () => {});
          sent.write(piece);
          open.push(sent);
        }
      }
      await eventually('all are being written', async () => (await files.kept('transfers')) === 180, 60_000);
      await leaveAll(other);
    });
    t.diagnostic(`180 bodies that stop: ${grown} MiB`);
    assert.ok(grown < floodMiB, `${grown} MiB`);
  });

  await t.test('downloads that nobody takes', async () => {
    const grown = await peakOf(async () => {
      // So many at a time that none is refused.
      for (let round = 0; round < 12; round++) {
        const answers = Array.from({ length: 50 }, () => {
          const sent = get(original, { agent: false }).on('error', () => {});
          open.push(sent);
          return once(sent, 'response');
        });
        for (const [response] of await Promise.all(answers)) assert.equal(response.pause().statusCode, 200);
      }
      await eventually('all are being sent', async () => (await files.kept('transfers')) === 600, 60_000);
      await leaveAll(other);
    });
    t.diagnostic(`600 downloads that nobody takes: ${grown} MiB`);
    assert.ok(grown < floodMiB, `${grown} MiB`);
  });

  await t.test('many small files', async () => {
    const grown = await peakOf(async () => {
      const lanes = users.map(async (each) => {
        for (let count = 0; count < 25; count++) {
          const begun = await beginUpload(url, each, 1_000);
          await patchUpload(url, each, fileOf(begun), 0, randomBytes(1_000));
        }
      });
      await Promise.all(lanes);
      await leaveAll(other);
    });
    t.diagnostic(`300 small files: ${grown} MiB`);
    assert.ok(grown < floodMiB, `${grown} MiB`);
  });

  await t.test('pictures that unpack to far more', async () => {
    const picture = await sharp({
      create: { width: 8_000, height: 8_000, channels: 3, background: 'teal' },
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
    assert.ok(picture.length < megabyte);
    const grown = await peakOf(async () => {
      const all = await Promise.all(Array.from({ length: 2 }, () => upload(url, user, picture)));
      assert.ok(all.every(({ kind, width }) => kind === 'image' && width === 8_000));
    });
    const peaks = files.picturePeaksMiB().map(Math.round);
    t.diagnostic(`pictures of 192 MB: ${grown} MiB, ${peaks} in the processes that unpack`);
    assert.ok(grown < floodMiB, `${grown} MiB`);
    assert.ok(peaks.length > 0 && peaks.every((peak) => peak < 500), `${peaks} MiB`);
  });
  assert.ok(files.isAlive);
});
