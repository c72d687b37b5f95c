import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { closeCodes, encodeFrame, frameIds } from '@berth/wire';
import { WebSocket } from 'ws';
import { useChatFleet } from '../chat-fleet.fixture.ts';
import { WireClient } from '../session/wire-client.fixture.ts';

const fleet = useChatFleet(1, { ALLOWED_ORIGINS: 'https://chat.example.com' });

/** The HTTP status of a refused upgrade, or 101. */
async function upgradeStatus(
  path: string,
  headers: Record<string, string> = {},
  node = 'node-1',
): Promise<number> {
  const { ports } = fleet.chat(node);
  const webSocket = new WebSocket(`ws://127.0.0.1:${ports.webSocket}${path}`, { headers });
  webSocket.on('error', () => {});
  return Promise.race([
    once(webSocket, 'open').then(() => 101),
    once(webSocket, 'unexpected-response').then(([, response]) => response.statusCode as number),
  ]).finally(() => webSocket.terminate());
}

test('the root and the path that the edge routes by are served, nothing else', async () => {
  assert.equal(await upgradeStatus('/'), 101);
  assert.equal(await upgradeStatus('/n/node-1'), 101);
  assert.equal(await upgradeStatus('/?token=x'), 101);
  for (const path of ['/n/', '/n/UPPER', '/n/a/b', '/other', '/..%2f'])
    assert.equal(await upgradeStatus(path), 404, path);
});

test('the path of its own URL is served, too, so that it may be below others', async () => {
  await fleet.start('node-3', { CLIENT_URL: 'wss://example.com/chat/n/{node}' });
  for (const path of ['/chat/n/node-3', '/chat/n/node-3?x', '/n/node-3', '/'])
    assert.equal(await upgradeStatus(path, {}, 'node-3'), 101, path);
  for (const path of ['/chat/n/node-1', '/chat/', '/chat', '/other/n/node-3', '/chat/n/node-3/'])
    assert.equal(await upgradeStatus(path, {}, 'node-3'), 404, path);
  assert.equal(await upgradeStatus('/chat/n/node-1'), 404);
});

test('a browser may connect from the origins named, a program without an origin always', async () => {
  assert.equal(await upgradeStatus('/', { origin: 'https://chat.example.com' }), 101);
  assert.equal(await upgradeStatus('/', { origin: 'https://evil.example.com' }), 403);
  assert.equal(await upgradeStatus('/', { origin: 'null' }), 403);
  assert.equal(await upgradeStatus('/'), 101);
});

test('plain HTTP is told to speak WebSocket', async () => {
  const { ports } = fleet.chat('node-1');
  const [response] = await once(request({ port: ports.webSocket, host: '127.0.0.1' }).end(), 'response');
  response.resume();
  assert.equal(response.statusCode, 426);
});

test('headers of other applications, 15 KB of cookies, are no reason to refuse', async () => {
  const { ports } = fleet.chat('node-1');
  const socket = connect(ports.webSocket, '127.0.0.1');
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nCookie: sso=${'x'.repeat(15 * 1_024)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  const [status] = (await once(socket, 'data')) as [Buffer];
  assert.match(status.toString('latin1'), /^HTTP\/1\.1 101 /);
  socket.destroy();
});

test('a request in two pieces, and frames that come with it, are served as any other', async () => {
  const { ports } = fleet.chat('node-1');
  const request = Buffer.from(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
  for (const cut of [0, 30, request.length - 1, request.length]) {
    const socket = connect(ports.webSocket, '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);
    let heard = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
    });
    if (cut > 0) socket.write(request.subarray(0, cut));
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    socket.write(Buffer.concat([request.subarray(cut), ping]));
    await eventually('the ping is answered', () => heard.subarray(-2).equals(Buffer.from([0x8a, 0])));
    assert.match(
      heard.toString('latin1'),
      /^HTTP\/1\.1 101 [\s\S]*Sec-WebSocket-Accept: ICX\+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n/,
    );
    socket.destroy();
  }
});

test('pings, messages in pieces and the end of a connection are heard whenever they come', async () => {
  const { ports } = fleet.chat('node-1');
  const webSocket = new WebSocket(`ws://127.0.0.1:${ports.webSocket}/`);
  await once(webSocket, 'open');
  webSocket.ping('one');
  assert.equal(String((await once(webSocket, 'pong'))[0]), 'one');
  const { ticket: token } = fleet.status.ticket('node-1', await fleet.user());
  const hello = encodeFrame(frameIds.hello, { req: 1, token });
  webSocket.send(hello.subarray(0, 10), { fin: false });
  webSocket.send(hello.subarray(10));
  const [welcome] = (await once(webSocket, 'message')) as [Buffer];
  assert.equal(welcome.readUInt16BE(0), frameIds.hello + 1);
  webSocket.send(encodeFrame(frameIds.heartbeat, { req: 7 }));
  const [beat] = (await once(webSocket, 'message')) as [Buffer];
  assert.equal(JSON.parse(beat.subarray(4).toString()).req, 7);
  webSocket.close(1000);
  assert.equal((await once(webSocket, 'close'))[0], 1000);

  // One that has said nothing before that needs a general reader.
  const texts = new WebSocket(`ws://127.0.0.1:${ports.webSocket}/`);
  await once(texts, 'open');
  texts.send('a text');
  assert.equal((await once(texts, 'close'))[0], closeCodes.badFrame.code);
});

test('behind a proxy both doors take the PROXY header, in pieces too, and cut who sends none', async () => {
  const { ports } = await fleet.start('node-2', { PROXY_PROTOCOL: 'v2' });
  const header = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb00710a0a000001c3501f9a', 'hex');
  const token = fleet.status.ticket('node-2', await fleet.user()).ticket;
  const socket = connect(ports.tcp, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  socket.write(header.subarray(0, 9));
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(Buffer.concat([header.subarray(9), encodeFrame(frameIds.hello, { req: 1, token })]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.equal(answer.readUInt16BE(0), frameIds.hello + 1);
  socket.destroy();

  const upgrade = connect(ports.webSocket, '127.0.0.1');
  await once(upgrade, 'connect');
  upgrade.write(
    Buffer.concat([
      header,
      Buffer.from(
        'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      ),
    ]),
  );
  const [status] = (await once(upgrade, 'data')) as [Buffer];
  assert.match(status.toString('latin1'), /^HTTP\/1\.1 101 /);
  upgrade.destroy();

  const bare = await WireClient.tcp(ports.tcp);
  bare.raw(encodeFrame(frameIds.hello, { req: 1, token }));
  await bare.closed;
  assert.deepEqual(bare.frames, []);
});
