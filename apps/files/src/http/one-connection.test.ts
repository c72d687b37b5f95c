import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { linksTo, type Uploader, upload, useFiles } from '../fixtures/use-files.ts';

const files = useFiles();

/** A connection on which the content of a file is asked for so many times, in one piece. */
async function askFor(user: Uploader, file: string, times: number): Promise<Socket> {
  const [link] = await linksTo(files.url, user, [{ file }]);
  const { hostname, port, pathname, search } = new URL(link!.urls!.original);
  const socket = connect(Number(port), hostname).on('error', () => {});
  await once(socket, 'connect');
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: files.test\r\n\r\n`.repeat(times));
  return socket;
}

/** How many times this process has the file open, as far as the system tells. */
async function openings(file: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    descriptors.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')),
  );
  return targets.filter((target) => target.endsWith(`/${file}`)).length;
}

test('who asks again before the answer is there is answered in turn', async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, Buffer.from('what is asked for'));
  const socket = await askFor(user, file, 3);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text) => (heard += text));
  await eventually('all are answered', () => heard.split('what is asked for').length === 4);
  assert.equal(heard.split('HTTP/1.1 200 OK').length, 4);
  socket.destroy();
});

test('nothing is left open for who asked many times and went away, or asks for more than is answered', {
  skip: process.platform !== 'linux',
}, async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, randomBytes(32 * 1_048_576));
  const socket = await askFor(user, file, 6);
  await eventually('the first is being answered', async () => (await openings(file)) > 0);
  assert.equal(await openings(file), 1);
  socket.destroy();
  await eventually('nothing of it is open', async () => (await openings(file)) === 0);
  const greedy = await askFor(user, file, 100);
  if (!greedy.destroyed) await once(greedy.resume(), 'close');
  await eventually('nothing of it is open', async () => (await openings(file)) === 0);
});
