import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { giveOldToken, OldWire, oldFrame } from '../fixtures/old-wire.ts';
import { type Uploader, useFiles } from '../fixtures/use-files.ts';
import { oldDeadlines } from './old-deadlines.ts';
import type { OldAnswer } from './old-door.ts';
import { OldListener } from './old-listener.ts';

const proxyHeader = Buffer.from([
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12],
  ...[203, 0, 113, 9, 10, 0, 0, 1, 0xc3, 0x50, 0x1f, 0x9a],
]);

const open: OldListener[] = [];
after(() => Promise.all(open.map((listener) => listener.close())));

/** Where every frame is answered with `answer`, and waits are short. */
async function listen(
  proxyProtocol: 'off' | 'v2',
  answer: object = {},
  deadlines: Partial<typeof oldDeadlines> = {},
): Promise<OldListener> {
  const listener = new OldListener({
    ...{ host: '127.0.0.1', port: 0, proxyProtocol, maxConnections: 10 },
    deadlines: { ...oldDeadlines, ...deadlines },
    door: {
      answer: async (): Promise<OldAnswer> => ({ answer: { error: 0, ...answer }, closes: false }),
      left: async () => {},
    } as never,
    clients: { announce: async () => {}, gone: async () => {}, forgetStale: async () => {} } as never,
    uploads: {} as never,
    onFault: (error) => assert.fail(String(error)),
  });
  await listener.listen();
  open.push(listener);
  return listener;
}

test('who does not say for whom they come is cut, and who has said so may be silent', async () => {
  const { port } = await listen('v2', {}, { headerMs: 2_000 });
  const quiet = await OldWire.connect(port);
  quiet.socket.write(proxyHeader);
  assert.equal((await quiet.ask(1045, {})).error, 0);
  const [mute, half, liar] = [
    await OldWire.connect(port),
    await OldWire.connect(port),
    await OldWire.connect(port),
  ];
  half.socket.write(proxyHeader.subarray(0, 20));
  liar.socket.write(oldFrame(1045, '{}'));
  await Promise.all([mute.closed, half.closed, liar.closed]);
  assert.equal((await quiet.ask(1045, {})).error, 0);
});

test('a frame that is begun and not ended is given up, and silence between frames is not', async () => {
  const { port } = await listen('off', {}, { frameMs: 150 });
  const [quiet, slow, late] = [
    await OldWire.connect(port),
    await OldWire.connect(port),
    await OldWire.connect(port),
  ];
  for (const wire of [quiet, late]) assert.equal((await wire.ask(1045, {})).error, 0);
  const frame = oldFrame(1045, '{}');
  slow.socket.write(frame.subarray(0, 3));
  late.socket.write(Buffer.concat([frame, frame.subarray(0, 7)]));
  await Promise.all([slow.closed, late.closed]);
  assert.equal((await quiet.ask(1045, {})).error, 0);
});

test('who asks and takes no answer is given up', async () => {
  const listener = await listen('off', { data: 'x'.repeat(8_000_000) }, { takenMs: 2_000 });
  const other = await OldWire.connect(listener.port);
  const deaf = await OldWire.connect(listener.port);
  await eventually('both are in', () => listener.count === 2);
  deaf.socket.pause();
  deaf.socket.write(Buffer.concat(Array<Buffer>(20).fill(oldFrame(1047, '{}'))));
  await eventually('the deaf one is gone', () => listener.count === 1);
  assert.equal((await other.ask(1047, {})).error, 0);
  deaf.socket.destroy();
});

const files = useFiles({ OLD_CLIENT_CONNECTIONS: '3' });
const noSuch = { message_id: 20_000_000 };
const answers = async (wire: OldWire): Promise<boolean> => (await wire.ask(1045, noSuch)).error === 1022;

async function enter(from?: string): Promise<OldWire> {
  const wire = await OldWire.connect(files.tcpPort, from);
  assert.ok(await answers(wire));
  return wire;
}

async function connections(): Promise<number> {
  const metrics = await (await fetch(`${files.opsUrl}/metrics`)).text();
  return Number(/^files_old_clients\{[^}]*what="connections"[^}]*\} (\d+)$/m.exec(metrics)?.[1]);
}

/** Shows the token that chat has given. */
async function identify(wire: OldWire, user: Uploader): Promise<void> {
  const token = await giveOldToken(files.db, user);
  const asked = { name: 'none.png', seq: 1, token, uid: user.id, ...noSuch };
  assert.equal((await wire.ask(1047, asked)).error, 1022);
}

test('beyond the connections that there may be, a stranger makes room, and nobody who has shown who they are', async () => {
  const [ann, bob, eve] = [await files.user(), await files.user(), await files.user()];
  const first = await enter();
  await identify(first, ann);
  const [second, third] = [await enter('127.0.0.2'), await enter()];
  const fourth = await enter();
  await second.closed;
  await eventually('there are three', async () => (await connections()) === 3);
  await identify(third, bob);
  await identify(fourth, eve);
  const fifth = await OldWire.connect(files.tcpPort);
  await fifth.closed;
  for (const wire of [first, third, fourth]) assert.ok(await answers(wire));
  await first.close();
  const sixth = await eventually('there is room again', () => enter());
  for (const wire of [third, fourth]) assert.ok(await answers(wire));
  await Promise.all([third, fourth, sixth].map((wire) => wire.close()));
  await eventually('nothing is left of them', async () => (await connections()) === 0);
});

test('of strangers the one goes whose address has most of them, not the one who came first', async () => {
  const all = [await enter('127.0.0.3'), await enter('127.0.0.4'), await enter('127.0.0.4')];
  const last = await enter('127.0.0.5');
  await all[1]!.closed;
  assert.ok(await answers(all[0]!));
  assert.ok(await answers(all[2]!));
  assert.ok(await answers(last));
});
