import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { type CloseReason, FrameDecoder } from '@berth/wire';
import type { FrameSink } from '../session/client-connection.ts';
import type { Connection } from './connection.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import { Listener } from './listener.ts';
import { Outflow, type Receiver } from './outflow.ts';
import { TcpConnection } from './tcp-connection.ts';

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

/** A server whose connections are handed to the test, and clients that read only when told to. */
async function open(clients: number, options: Partial<ConnectionsOptions> = {}) {
  const closed: (CloseReason | 'cut')[] = [];
  const connections = new Connections({
    heartbeatMs: 60_000,
    deadMs: 120_000,
    firstFrameTimeoutMs: 60_000,
    frames: { perSecond: 1_000, burst: 1_000 },
    maxUnsentBytes: 1_048_576,
    maxUnsentTotalBytes: 1 << 30,
    maxInFlight: 8,
    maxInFlightBytes: 262_144,
    strangers: { max: 1_000, share: 100, onCut: () => {} },
    maxConnections: 1_000,
    onClose: (reason) => closed.push(reason),
    onFault: (error) => assert.fail(String(error)),
    ...options,
  });
  const sink: FrameSink = { probe: undefined, onFrame() {}, onClosed() {}, farewell: () => undefined };
  const accepted: Connection[] = [];
  const listener = new Listener({
    host: '127.0.0.1',
    port: 0,
    proxyProtocol: 'off',
    headerTimeoutMs: 1_000,
    strangers: connections.strangers,
    onSocket: (socket) => accepted.push(new TcpConnection(socket, connections, sink)),
  });
  await listener.start();
  const sockets: Socket[] = [];
  for (let i = 0; i < clients; i++) {
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    sockets.push(socket);
    await eventually('accepted', () => accepted.length === i + 1);
  }
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    connections.close();
    listener.close();
  });
  return { connections, accepted, sockets, closed };
}

const frameOf = (bytes: number): Uint8Array => {
  const frame = new Uint8Array(bytes);
  frame.set([4, 79, (bytes - 4) >> 8, (bytes - 4) & 0xff]);
  return frame;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is queued in one turn is written at once, and receivers of the same frames share the bytes', async () => {
  const { accepted } = await open(3);
  const written: Uint8Array[][] = accepted.map(() => []);
  for (const [i, connection] of accepted.entries()) {
    const write = connection.socket.write.bind(connection.socket);
    connection.socket.write = ((bytes: Uint8Array) => {
      written[i]!.push(bytes);
      return write(bytes);
    }) as Socket['write'];
  }
  const frames = [frameOf(100), frameOf(200), frameOf(300)];
  for (const frame of frames) for (const connection of accepted) connection.queue(frame);
  await turn();
  await turn();
  assert.deepEqual(
    written.map((writes) => writes.map(({ length }) => length)),
    [[600], [600], [600]],
  );
  assert.equal(written[0]![0], written[1]![0]);
  assert.equal(written[0]![0], written[2]![0]);
});

test('a client that does not read is closed as a slow consumer, and one that does gets everything', async () => {
  const { accepted, sockets, closed, connections } = await open(2, { maxUnsentBytes: 65_536 });
  const [slow, fast] = [accepted[0]!, accepted[1]!];
  let frames = 0;
  const decoder = new FrameDecoder();
  sockets[1]!.on('data', (chunk) => {
    for (const _ of decoder.push(chunk as Buffer)) frames++;
  });
  let sent = 0;
  while (slow.isOpen) {
    slow.queue(frameOf(8_192));
    fast.queue(frameOf(8_192));
    sent++;
    await turn();
    assert.ok(sent < 100_000, 'the kernel takes only so much');
    if (fast.countedBytes > 0)
      await eventually(
        'the reader keeps up',
        () => fast.countedBytes === 0 || fast.socket.writableLength === 0,
      );
  }
  assert.deepEqual(closed, ['slowConsumer']);
  await eventually('all of it is read', () => frames === sent);
  assert.ok(fast.isOpen);
  await eventually('nothing is counted any more', () => {
    connections.outflow.recount();
    return connections.outflow.totalBytes === 0;
  });
});

test('a burst larger than the limit does not close a client that takes it', async () => {
  const { accepted, sockets } = await open(1, { maxUnsentBytes: 65_536 });
  let bytes = 0;
  sockets[0]!.on('data', (chunk) => {
    bytes += chunk.length;
  });
  for (let i = 0; i < 10; i++) accepted[0]!.queue(frameOf(20_000));
  await eventually('read', () => bytes === 200_000);
  assert.ok(accepted[0]!.isOpen);
});

test('when all together hold too much, the largest is cut first', async () => {
  const budget = 4_194_304;
  const { accepted, connections } = await open(3, {
    maxUnsentBytes: 1 << 30,
    maxUnsentTotalBytes: budget,
  });
  const [small, large, middle] = accepted as [Connection, Connection, Connection];
  while (large.isOpen) {
    for (let i = 0; i < 8; i++) large.queue(frameOf(60_000));
    for (let i = 0; i < 4; i++) middle.queue(frameOf(60_000));
    small.queue(frameOf(60_000));
    await turn();
  }
  assert.ok(middle.isOpen);
  assert.ok(small.isOpen);
  assert.ok(connections.outflow.totalBytes <= budget);
});

test('a large fan-out is written over several turns, and whoever is told something else meanwhile does not wait for it', async () => {
  const outflow = new Outflow({ maxUnsentBytes: 1_000_000, maxTotalBytes: 1_000_000_000 });
  const written: string[] = [];
  const receiver = (name: string): Receiver => ({
    framing: 'stream',
    socket: { writableNeedDrain: false, writableLength: 0, write: () => written.push(name) } as never,
    isOpen: true,
    ...{ frames: undefined, queuedBytes: 0, countedBytes: 0, dirty: false },
    close: () => assert.fail('closed'),
    destroy: () => assert.fail('destroyed'),
  });
  const tell = (to: Receiver, bytes: number) => {
    to.frames = [...(to.frames ?? []), frameOf(bytes)];
    if (!to.dirty) outflow.markDirty(to);
  };
  const members = Array.from({ length: 10_000 }, (_, at) => receiver(`member ${at}`));
  for (const member of members) tell(member, 50);
  await turn();
  const first = written.length;
  assert.ok(first > 0 && first <= 1_000, `${first} in one turn`);
  tell(receiver('somebody else'), 60);
  // Has not been told of the first one yet, so that both go out together.
  tell(members.at(-1)!, 70);
  await turn();
  assert.equal(written[first], 'somebody else');
  await eventually('everybody is told', () => written.length >= 10_001);
  const order = written.filter((name) => name !== 'somebody else');
  assert.deepEqual(
    order,
    members.map((_, at) => `member ${at}`),
  );
});
