import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { HttpListener } from './http-listener.ts';

/** Opens so many connections to a port and sets `flag` when all are there, or at the latest after 3 s. */
const opener = `
  const { workerData } = require('node:worker_threads');
  const { connect } = require('node:net');
  const { port, count, flag } = workerData;
  let open = 0;
  const end = () => { Atomics.store(flag, 1, open); Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); };
  for (let index = 0; index < count; index++)
    connect({ host: '127.0.0.1', port }, () => { if (++open === count) end(); }).on('error', () => {});
  setTimeout(end, 3000);
`;

test('a thousand connections wait for a gate that is busy, and none is put off', async () => {
  const listener = new HttpListener((_request, response) => response.end());
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  const count = 1_000;
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(opener, { eval: true, workerData: { port: listener.port, count, flag } });
  // Takes nothing until they are all there.
  Atomics.wait(flag, 0, 0, 10_000);
  assert.equal(Atomics.load(flag, 1), count);
  await worker.terminate();
});
