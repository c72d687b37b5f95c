import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';
import { parseUpgrade } from './upgrade-request.ts';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const usual = [
  'Host: chat.example.com',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${key}`,
];
const request = (lines: readonly string[], first = 'GET /n/node-1 HTTP/1.1') =>
  Buffer.from([first, ...lines, '', ''].join('\r\n'), 'latin1');

test('the requests of browsers and programs are read as they are', () => {
  const chunk = request([
    ...usual.slice(1),
    'Origin: https://chat.example.com',
    'Cookie: a=b; c=d',
    usual[0]!,
  ]);
  assert.deepEqual(parseUpgrade(Buffer.concat([chunk, Buffer.from([0x82, 0x80])])), {
    url: '/n/node-1',
    origin: 'https://chat.example.com',
    key,
    bytes: chunk.length,
  });
  const firefox = usual.map((line) => line.replace(/^Connection: .*/, 'connection:keep-alive, Upgrade '));
  assert.equal(parseUpgrade(request(firefox))?.key, key);
});

test('a request that has not come whole is not read', () => {
  const chunk = request(usual);
  for (let bytes = 0; bytes < chunk.length; bytes++)
    assert.equal(parseUpgrade(chunk.subarray(0, bytes)), undefined);
});

const odd = fc.constantFrom(
  ...['Origin: https://a.example', 'origin: https://b.example', 'Host: second', 'X-Any: thing', 'X-Empty:'],
  ...[
    'Content-Length: 4',
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    ' folded',
    'no colon',
    ': empty',
  ],
  ...[
    'Upgrade: h2c',
    'Upgrade: WebSocket',
    'Connection: close',
    'Connection: keep-alive, UPGRADE',
    'bad name: x',
  ],
  ...[
    'Sec-WebSocket-Version: 8',
    'Sec-WebSocket-Version: 013',
    'Sec-WebSocket-Key: short',
    'X-Bell: \x07',
    'X: \xff',
  ],
  ...[
    'Sec-WebSocket-Protocol: chat',
    'Sec-WebSocket-Extensions: permessage-deflate',
    'X-Return: a\rb',
    'X-Line: a\nb',
  ],
);
const firsts = fc.constantFrom(
  ...[
    'GET / HTTP/1.1',
    'GET /?a=b HTTP/1.1',
    'GET / HTTP/1.0',
    'POST / HTTP/1.1',
    'get / HTTP/1.1',
    'GET * HTTP/1.1',
  ],
  ...[
    'GET http://x/ HTTP/1.1',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 ',
    'GET /\x7f HTTP/1.1',
    'GET /\xe4 HTTP/1.1',
  ],
);

test('what is read here a general reader reads, too, and in the same way', async () => {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let told: { url: string; origin: string | undefined } | undefined;
  const server = createServer().on('upgrade', (upgrade, socket, head) => {
    webSockets.handleUpgrade(upgrade, socket, head, () => {
      told = { url: upgrade.url!, origin: upgrade.headers.origin };
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let taken = 0;
  try {
    const lines = fc
      .tuple(fc.shuffledSubarray(usual, { minLength: 4 }), fc.array(odd, { maxLength: 2 }))
      .chain(([some, others]) =>
        fc.shuffledSubarray([...some, ...others], { minLength: some.length + others.length }),
      );
    const first = fc.oneof({ weight: 3, arbitrary: fc.constant('GET / HTTP/1.1') }, firsts);
    await fc.assert(
      fc.asyncProperty(first, lines, async (line, headers) => {
        const chunk = request(headers, line);
        const read = parseUpgrade(chunk);
        if (read === undefined) return;
        taken++;
        told = undefined;
        const socket = connect(port, '127.0.0.1');
        socket.write(chunk);
        const [answer] = (await once(socket, 'data')) as [Buffer];
        socket.destroy();
        assert.match(answer.toString('latin1'), /^HTTP\/1\.1 101 /);
        assert.deepEqual(told, { url: read.url, origin: read.origin });
        assert.equal(read.bytes, chunk.length);
      }),
      { numRuns: 400 },
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
  assert.ok(taken > 20, 'else it proves nothing');
});
