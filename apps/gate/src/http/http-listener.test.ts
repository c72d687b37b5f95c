import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
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

test('more requests at a time than there is room for are answered 503, those that wait are served', async () => {
  const waiting: ServerResponse[] = [];
  const listener = new HttpListener((_request, response) => waiting.push(response), 5);
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  const asked = Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${listener.port}/`));
  const refused = await new Promise<Response[]>((resolve) => {
    const refusals: Response[] = [];
    for (const request of asked)
      void request.then(
        (response) => response.status === 503 && refusals.push(response) === 15 && resolve(refusals),
      );
  });
  assert.equal(listener.inFlight, 5);
  assert.equal(((await refused[0]!.json()) as { error: { code: string } }).error.code, 'unavailable');
  for (const response of waiting) response.end();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 5);
});
