import assert from 'node:assert/strict';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectFiles, type FilesClient } from './index.ts';

/** What is refused while `refusal` is set: the beginning of an upload. */
interface Place {
  files: FilesClient;
  refusal: { status: number; code: string } | undefined;
  /** All that came. */
  received: Buffer;
}

const file = 'f'.repeat(22);
const content = Buffer.from('what is sent');

/** A files service as far as one upload goes. */
async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk) => chunks.push(chunk))
      .once('end', () => {
        const { refusal } = place;
        place.received = Buffer.concat([place.received, ...chunks]);
        response.setHeader('tus-resumable', '1.0.0');
        if (request.method === 'GET') response.end(JSON.stringify({ file, state: 'ready' }));
        else if (refusal)
          response
            .writeHead(refusal.status)
            .end(JSON.stringify({ error: { code: refusal.code, message: '' } }));
        else if (request.method === 'POST')
          response.writeHead(201, { location: `/v1/uploads/${file}` }).end();
        else {
          const sent = Buffer.concat(chunks).length;
          const offset = Number(request.headers['upload-offset']) + sent;
          response.writeHead(204, { 'upload-offset': String(offset) }).end();
        }
      });
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = {
    token: 'token',
    platform: async () => ({ files: { url, maxFileBytes: 1_000 } }),
  } as unknown as Parameters<typeof connectFiles>[0]['client'];
  const place: Place = {
    files: connectFiles({ client, gateUrl: url }),
    refusal: undefined,
    received: Buffer.alloc(0),
  };
  try {
    await use(place);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('whoever waits for an upload that fails learns why, and after a resume waits anew', () =>
  withPlace(async (place) => {
    place.refusal = { status: 422, code: 'limit_reached' };
    const upload = place.files.upload(content, { name: 'a.txt' });
    await assert.rejects(upload.whenReady(), { code: 'limit_reached' });
    assert.equal(upload.progress.state, 'failed');
    place.refusal = undefined;
    upload.resume();
    assert.equal((await upload.whenReady()).file, file);
    assert.equal(upload.progress.state, 'ready');
  }));

test('a pause right after the beginning is one, however early: nothing goes on behind it', async () => {
  for (let turns = 0; turns < 16; turns++)
    await withPlace(async (place) => {
      const upload = place.files.upload(content, { name: 'a.txt' });
      for (let turn = 0; turn < turns; turn++) await null;
      upload.pause();
      upload.resume();
      await upload.whenReady();
      // Another one, in which whatever still went on would show.
      await place.files.upload(content, { name: 'b.txt' }).whenReady();
      assert.deepEqual(place.received, Buffer.concat([content, content]), `after ${turns} turns`);
    });
});

test('a listener that resumes what has failed may wait for it at once', () =>
  withPlace(async (place) => {
    place.refusal = { status: 422, code: 'limit_reached' };
    const upload = place.files.upload(content, { name: 'a.txt' });
    const { promise, resolve } = Promise.withResolvers<Promise<{ file: string }>>();
    upload.onProgress(({ state }) => {
      if (state !== 'failed') return;
      place.refusal = undefined;
      upload.resume();
      resolve(upload.whenReady());
    });
    assert.equal((await promise).file, file);
  }));

test('Blobs, files that are opened as such, and bytes are sent, a part at a time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-upload-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a.txt');
  await writeFile(path, content);
  for (const source of [new Blob([content]), await openAsBlob(path), new Uint8Array(content), content])
    await withPlace(async (place) => {
      await place.files.upload(source, { name: 'a.txt', chunkBytes: 5 }).whenReady();
      assert.deepEqual(place.received, content);
    });
});

test('a file that is deleted before it is sent has failed at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-upload-'));
  const path = join(folder, 'a.txt');
  await writeFile(path, content);
  const source = await openAsBlob(path);
  await rm(folder, { recursive: true });
  await withPlace(async ({ files }) => {
    await assert.rejects(files.upload(source, { name: 'a.txt' }).whenReady(), { code: 'bad_request' });
  });
});

test('where the platform takes no files, and of what is cancelled, it is said as well', () =>
  withPlace(async ({ files }) => {
    const none = connectFiles({
      client: { token: 'token', platform: async () => ({}) } as never,
      gateUrl: 'http://127.0.0.1:9',
    });
    await assert.rejects(none.upload(content, { name: 'a.txt' }).whenReady(), { code: 'not_found' });
    const upload = files.upload(content, { name: 'a.txt' });
    upload.cancel();
    await assert.rejects(upload.whenReady(), { code: 'not_found' });
  }));
