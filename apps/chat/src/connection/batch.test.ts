import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { encodeFrame, framesOf, limits } from '@berth/wire';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { encodeBatch, isSameBatch } from './batch.ts';

test('a stream carries the frames as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1 }), (frames) => {
      assert.deepEqual(Buffer.from(encodeBatch(frames, 'stream')), Buffer.concat(frames));
    }),
  );
});

test('a WebSocket client reads every frame of a batch, whatever its size', async () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const sizes = [1, 121, 122, 125, 65_527, 65_531, limits.maxBodyBytes - 20];
  const batches = [
    ...sizes.map((size) => [encodeFrame(1103, 'x'.repeat(size))]),
    Array.from({ length: 20 }, (_, i) => encodeFrame(1103, `${i}`.repeat(20_000))),
  ];
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, () => {
      for (const batch of batches) socket.write(encodeBatch(batch, 'messages'));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const wanted = batches.flat().map((frame) => Buffer.from(frame).toString('hex'));
  const got: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  client.on('message', (message: Buffer, isBinary) => {
    assert.ok(isBinary);
    assert.ok(message.length <= 262_144 + limits.headerBytes + limits.maxBodyBytes);
    for (const { id, body } of framesOf(message)) {
      const header = Buffer.from([id >> 8, id & 0xff, body.length >> 8, body.length & 0xff]);
      got.push(Buffer.concat([header, body]).toString('hex'));
    }
    if (got.length === wanted.length) resolve();
  });
  await promise;
  assert.deepEqual(got, wanted);
  client.terminate();
  http.closeAllConnections();
  http.close();
});

test('batches are the same when they hold the very same frames in the same order', () => {
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
  assert.ok(isSameBatch([a, b], [a, b]));
  assert.ok(!isSameBatch([a, b], [b, a]));
  assert.ok(!isSameBatch([a], [a, b]));
  assert.ok(!isSameBatch([a], [Uint8Array.of(1)]));
});
