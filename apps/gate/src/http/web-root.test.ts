import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { useGate } from '../fixtures/use-gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-web-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const root = join(folder, 'dist');
const script = `console.log(${JSON.stringify('berth'.repeat(100))});`;
mkdirSync(join(root, 'assets'), { recursive: true });
writeFileSync(join(root, 'index.html'), '<!doctype html><title>Berth</title>');
writeFileSync(join(root, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
writeFileSync(join(root, 'assets/index-B1a2C3d4.js'), script);
writeFileSync(join(root, 'assets/index-B1a2C3d4.js.br'), brotliCompressSync(script));
writeFileSync(join(root, 'assets/index-B1a2C3d4.js.gz'), gzipSync(script));
writeFileSync(join(root, '.hidden.txt'), 'hidden');
writeFileSync(join(root, 'strange.exe'), 'strange');
writeFileSync(join(folder, 'secret.txt'), 'secret');

const gate = useGate({ WEB_ROOT: root });

/** The answer as it is: paths are not tidied up before they are sent, bodies not unpacked. */
function fetchRaw(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>(
    (resolve, reject) => {
      get({ port: new URL(gate.url).port, host: '127.0.0.1', path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      }).on('error', reject);
    },
  );
}
const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('the client’s page is there at its root, to which every other page leads, asked for again each time', async () => {
  for (const path of ['/', '/?x=1']) {
    const { status, headers, body } = await fetchRaw(path, page);
    assert.equal(status, 200, path);
    assert.match(String(headers['content-type']), /^text\/html/);
    assert.match(body.toString(), /<title>Berth/);
    assert.equal(headers['cache-control'], 'no-cache');
    assert.ok(headers.etag);
    const again = await fetchRaw(path, { ...page, 'if-none-match': headers.etag });
    assert.equal(again.status, 304);
  }
  for (const [path, to] of [
    ['/settings', './'],
    ['/chats/42?x=1', '../'],
    ['/chats/42/', '../../'],
  ] as const) {
    const { status, headers } = await fetchRaw(path, page);
    assert.deepEqual([status, headers.location], [302, to], path);
  }
});

test('a page of another build is another one, though it has the same size and time', async () => {
  const file = join(root, 'again.html');
  const time = new Date();
  writeFileSync(file, '<title>one</title>');
  utimesSync(file, time, time);
  const { headers } = await fetchRaw('/again.html');
  writeFileSync(file, '<title>two</title>');
  utimesSync(file, time, time);
  const known = { 'if-none-match': headers.etag, 'if-modified-since': headers['last-modified'] };
  const again = await fetchRaw('/again.html', JSON.parse(JSON.stringify(known)));
  assert.equal(again.status, 200);
  assert.match(again.body.toString(), /two/);
});

test('files named after their content are kept for ever, and sent compressed to who takes it', async () => {
  const path = '/assets/index-B1a2C3d4.js';
  const plain = await fetchRaw(path);
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.match(String(plain.headers['content-type']), /^text\/javascript/);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.body.toString(), script);
  const brotli = await fetchRaw(path, { 'accept-encoding': 'gzip, deflate, br' });
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.match(String(brotli.headers['content-type']), /^text\/javascript/);
  assert.match(String(brotli.headers.vary), /Accept-Encoding/i);
  assert.equal(brotliDecompressSync(brotli.body).toString(), script);
  const gzip = await fetchRaw(path, { 'accept-encoding': 'gzip, br;q=0' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.body).toString(), script);
});

test('other files are asked for again each time', async () => {
  const { status, headers } = await fetchRaw('/favicon.svg');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'image/svg+xml');
  assert.equal(headers['cache-control'], 'no-cache');
});

test('a missing script is 404, not the page', async () => {
  for (const path of ['/assets/index-00000000.js', '/assets/', '/missing.png']) {
    const { status, body } = await fetchRaw(path, path.endsWith('/') ? {} : page);
    assert.equal(status, 404, path);
    assert.ok(!body.toString().includes('<title>'), path);
  }
  assert.equal((await fetchRaw('/settings')).status, 302, 'who takes anything gets the page');
  assert.equal((await fetchRaw('/settings', { accept: 'application/json' })).status, 404);
});

test('nothing outside the folder, hidden or of unknown kind is served', async () => {
  for (const path of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/.hidden.txt',
    '/%2ehidden.txt',
    '/strange.exe',
    '/favicon.svg%00.html',
    '/%E0%A4%A',
    '/assets/index-B1a2C3d4.js/..%2f..%2f..%2fsecret.txt',
  ]) {
    const { status, body } = await fetchRaw(path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.ok(!/secret|hidden|strange/.test(body.toString()), path);
  }
});

test('the API is never mistaken for a page', async () => {
  const { status, headers } = await fetchRaw('/v1/nothing', page);
  assert.equal(status, 404);
  assert.match(String(headers['content-type']), /json/);
});

test('who goes before the answer is no fault of gate', async () => {
  const port = Number(new URL(gate.url).port);
  const head = 'GET /assets/index-B1a2C3d4.js HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const begun =
    'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(index % 2 === 0 ? head : begun);
      // At some moment of the work.
      for (let turns = 0; turns < index / 20; turns++) await turn();
      socket.resetAndDestroy();
    }),
  );
  await fetchRaw('/', page);
  const failed = gate.lines.filter((line) => line.includes('a request failed'));
  assert.deepEqual(failed, []);
});
