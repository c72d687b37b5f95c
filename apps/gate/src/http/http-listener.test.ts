import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { eventually } from '@berth/fixtures';
import { HttpListener } from './http-listener.ts';
import { Places } from './places.ts';

/** Opens so many connections to a port and sets `flag` when all are there, or at the latest after 30 s. */
const opener = `
  const { workerData } = require('node:worker_threads');
  const { connect } = require('node:net');
  const { port, count, flag } = workerData;
  let open = 0;
  const end = () => { Atomics.store(flag, 1, open); Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); };
  for (let index = 0; index < count; index++)
    connect({ host: '127.0.0.1', port }, () => { if (++open === count) end(); }).on('error', () => {});
  setTimeout(end, 30000);
`;

test('a thousand connections wait for a gate that is busy, and none is put off', async () => {
  const listener = new HttpListener((_request, response) => response.end());
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  const count = 1_000;
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(opener, { eval: true, workerData: { port: listener.port, count, flag } });
  // Takes nothing until they are all there.
  Atomics.wait(flag, 0, 0, 60_000);
  assert.equal(Atomics.load(flag, 1), count);
  await worker.terminate();
});

test('more requests at a time than there is room for are answered 503, those that wait are served', async () => {
  const waiting: ServerResponse[] = [];
  const listener = new HttpListener((_request, response) => waiting.push(response), {
    places: new Places(5),
  });
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

test('as many heads as there may be, each as large as it may be, leave gate room in the chart’s container', async () => {
  const containerMiB = 512;
  const heap = `--max-old-space-size=${Math.floor(0.7 * containerMiB)}`;
  const program = `import { HttpListener } from './http-listener.ts';
import { Places } from './places.ts';
    const listener = new HttpListener((_request, response) => response.end('ok'));
    await listener.listen('127.0.0.1', 0);
    process.stdout.write(String(listener.port));`;
  const child = spawn(process.execPath, [heap, '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const sockets: Socket[] = [];
  after(async () => {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = await once(child.stdout, 'data');
  const fields = Array.from({ length: 23 }, (_, index) => `x-${index}: ${'a'.repeat(1_000)}\r\n`);
  const head = `GET / HTTP/1.1\r\nHost: localhost\r\n${fields.join('')}`;
  let closed = 0;
  const open = async () => {
    const socket = connect(Number(String(line)), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {}).once('close', () => closed++);
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', resolve));
    if (socket.writable) await new Promise<void>((resolve) => socket.write(head, () => resolve()));
  };
  for (let opened = 0; opened < 6_500; opened += 100) await Promise.all(Array.from({ length: 100 }, open));
  await eventually('those that are too many are closed', () => closed === 500);
  const first = sockets[0]!;
  first.write('\r\n');
  const [answer] = await once(first, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200/);
  const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
  // What gate is besides, and its hashes, take 150 MiB.
  assert.ok(peakKiB / 1_024 < containerMiB - 150, `${Math.round(peakKiB / 1_024)} MiB`);
});

/** A connection that asks so many times at once, and reads nothing. */
async function asking(
  port: number,
  times: number,
  path = '/',
): Promise<{ socket: Socket; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
  return { socket, closed };
}

test('a connection that asks for more and more without an answer is cut, and nothing of it is kept', async () => {
  let [handled, ended] = [0, 0];
  const large = Buffer.alloc(8_388_608);
  const listener = new HttpListener((_request, response) => {
    handled++;
    response.once('close', () => ended++);
    response.end(large);
  });
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  const some = await asking(listener.port, 8);
  await eventually('what it may ask for is handled', () => handled === 8 && listener.inFlight === 8);
  const greedy = await asking(listener.port, 1_000);
  greedy.socket.resume();
  await greedy.closed;
  assert.ok(handled <= 8 + 8, `${handled} were handled`);
  some.socket.destroy();
  await eventually('nothing is kept', () => listener.inFlight === 0);
  assert.equal(ended, handled, 'and whoever worked for it knows');
});

test('an answer that nobody takes gives its place up in time', async () => {
  const large = Buffer.alloc(8_388_608);
  let handled = 0;
  const answer = (_request: unknown, response: ServerResponse) => {
    handled++;
    response.end(large);
  };
  const listener = new HttpListener(answer, { places: new Places(5), takenMs: 200 });
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  for (let count = 0; count < 5; count++) await asking(listener.port, 1);
  await eventually('all have had a place', () => handled === 5);
  await eventually('there is room', () => listener.inFlight === 0);
  assert.equal((await fetch(`http://127.0.0.1:${listener.port}/`)).status, 200);
});

/** A listener with so many places, whose requests name in their path the network that they come from. */
async function withNetworks(count: number, handle: (path: string, response: ServerResponse) => void) {
  const places = new Places(count);
  const listener = new HttpListener(
    (request, response) => {
      places.belongs(response, request.url!.split('/')[1]!);
      handle(request.url!, response);
    },
    { places },
  );
  await listener.listen('127.0.0.1', 0);
  after(() => listener.close(0));
  return listener;
}

test('slow readers of one network make room for others when there is no place left', async () => {
  const large = Buffer.alloc(8_388_608);
  const listener = await withNetworks(40, (path, response) =>
    response.end(path.endsWith('large') ? large : 'ok'),
  );
  const others = await Promise.all([
    asking(listener.port, 1, '/b/large'),
    asking(listener.port, 1, '/c/large'),
  ]);
  const slow = [];
  for (let count = 0; count < 38; count++) slow.push(await asking(listener.port, 1, '/a/large'));
  await eventually('the room is full', () => listener.inFlight === 40);
  for (let count = 0; count < 100; count++) {
    const response = await fetch(`http://127.0.0.1:${listener.port}/d/small`);
    assert.equal(response.status, 200);
    await response.text();
  }
  slow[0]!.socket.resume();
  await slow[0]!.closed;
  assert.ok(others.every(({ socket }) => !socket.destroyed));
});

test('what gate works on keeps its place, however many of one network ask at once', async () => {
  const working: ServerResponse[] = [];
  const listener = await withNetworks(20, (_, response) => working.push(response));
  const asked = Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${listener.port}/a/log-in`));
  await eventually('all are worked on', () => working.length === 20);
  assert.equal((await fetch(`http://127.0.0.1:${listener.port}/b/log-in`)).status, 503);
  for (const response of working) response.end('done');
  for (const response of await Promise.all(asked)) assert.equal(response.status, 200);
});

test('a body that does not come makes room, too', async () => {
  const listener = await withNetworks(20, (path, response) => {
    if (path.endsWith('ok')) response.end('ok');
  });
  const writers = Array.from({ length: 20 }, () => {
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('POST /a/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n');
    return { socket, closed: once(socket, 'close') };
  });
  await eventually('the room is full', () => listener.inFlight === 20);
  assert.equal((await fetch(`http://127.0.0.1:${listener.port}/b/ok`)).status, 200);
  await Promise.race(writers.map(({ closed }) => closed));
  for (const { socket } of writers) socket.destroy();
});
