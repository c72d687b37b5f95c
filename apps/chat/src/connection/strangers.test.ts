import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { encodeFrame, frameIds } from '@berth/wire';
import { parseChatConfig } from '../config.ts';
import { createDoors } from '../doors.ts';
import type { FrameSink } from '../session/client-connection.ts';

const max = 60;

/** Takes every first frame for the beginning of a log-in, and says so. */
const reception: FrameSink = {
  probe: undefined,
  onFrame(connection) {
    connection.logInStarted(reception);
    connection.queue(encodeFrame(frameIds.probe, {}));
  },
  onClosed: () => {},
  farewell: () => undefined,
};

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

async function openDoors(settings: Record<string, string> = {}) {
  const config = parseChatConfig({
    ...{ NODE_NAME: 'node-1', CLIENT_HOST: '127.0.0.1', TCP_PORT: '0', WS_PORT: '0' },
    ...{ MYSQL_URL: 'mysql://a:b@127.0.0.1/c', REDIS_URL: 'redis://127.0.0.1' },
    ...{ TCP_HOST: '127.0.0.1', WS_HOST: '127.0.0.1', FIRST_FRAME_SECONDS: '60', GRPC_TLS: 'off' },
    ...settings,
  });
  let cut = 0;
  const doors = createDoors(config, {
    reception,
    observe: { closed: () => {}, strangerCut: () => cut++ },
    log: createLog('chat', 'silent'),
    maxStrangers: max,
  });
  const ports = await doors.open();
  cleanUps.push(() => {
    doors.shut();
    doors.connections.close();
  });
  return { ports, doors, cut: () => cut };
}

/** Connected from one of the addresses of this machine. */
async function from(last: number, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${last}` });
  cleanUps.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** One after the other, so that their order is known. */
async function silent(count: number, addressOf: (index: number) => number, port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) sockets.push(await from(addressOf(index), port));
  return sockets;
}

const upgrade =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const hello = encodeFrame(frameIds.hello, { req: 1, token: 'x' });
/** What a client says first, at each door. */
const firstWords = { tcp: hello, webSocket: upgrade } as const;

for (const door of ['tcp', 'webSocket'] as const) {
  test(`hundreds of silent sockets of one address keep nobody else out, ${door}`, async () => {
    const { ports, doors, cut } = await openDoors();
    const others = await silent(3, () => 3, ports[door]);
    await silent(5 * max, () => 2, ports[door]);
    await eventually('the older ones are gone', () => cut() === 5 * max + others.length - max);
    assert.equal(doors.connections.strangers.count, max);
    // Those of another address are older than all that are left, and yet there.
    for (const socket of others) {
      socket.write(firstWords[door]);
      await once(socket, 'data');
    }
    const late = await from(4, ports[door]);
    late.write(firstWords[door]);
    await once(late, 'data');
  });

  test(`the oldest silent sockets of many addresses make room, ${door}`, async () => {
    const { ports, cut } = await openDoors();
    const sockets = await silent(3 * max, (index) => 2 + (index % 100), ports[door]);
    const late = await from(250, ports[door]);
    late.write(firstWords[door]);
    await once(late, 'data');
    await eventually('the oldest are gone', () => sockets.filter(({ closed }) => closed).length === cut());
    assert.ok(cut() >= 2 * max);
    assert.ok(sockets.slice(0, 2 * max).every(({ closed }) => closed));
  });
}

test('who logs in is no stranger any more, and makes no room', async () => {
  const { ports, doors, cut } = await openDoors();
  const known = await from(2, ports.tcp);
  known.write(hello);
  await once(known, 'data');
  await silent(2 * max, () => 2, ports.tcp);
  await eventually('the strangers make room', () => cut() === max);
  assert.equal(known.closed, false);
  assert.equal(doors.connections.strangers.count, max);
});

test('behind a proxy the address is the client’s, and who has not named it makes room, too', async () => {
  const { ports, doors, cut } = await openDoors({ PROXY_PROTOCOL: 'v2' });
  const header = (last: number) =>
    Buffer.from(
      `0d0a0d0a000d0a515549540a2111000ccb0071${last.toString(16).padStart(2, '0')}0a000001c3501f9a`,
      'hex',
    );
  const named = await from(2, ports.tcp);
  named.write(header(7));
  await silent(2 * max, () => 2, ports.tcp);
  await eventually('there was no room', () => cut() > 0);
  assert.equal(named.closed, false, 'it is another address than the proxy');
  named.write(hello);
  await once(named, 'data');
  assert.ok(doors.connections.strangers.count <= max);
});
