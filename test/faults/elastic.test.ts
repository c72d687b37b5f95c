import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { eventually, startTestMysql } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { freePorts, type RunningRedis, startRedis } from '@berth/stores';
import {
  closeAll,
  connectDevice,
  type Device,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { timeOffline, watchSockets } from '../harness/watched-sockets.ts';
import { startLoad } from './load.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'berth-elastic-'));
const closers: (() => Promise<void>)[] = [];
let mysql: Awaited<ReturnType<typeof startTestMysql>>;
let redis: RunningRedis;
let platform: PlatformDoors;
let berth: ChildProcess;
let said = '';

before(async () => {
  [mysql, redis] = await Promise.all([startTestMysql([]), startRedis()]);
  const [port, mailPort] = (await freePorts(2)) as [number, number];
  const ports = ['--port', String(port), '--mail-port', String(mailPort)];
  const args = ['--elastic', '--nodes', '2', '--no-web', '--data', folder, ...ports];
  berth = spawn(process.execPath, [join(root, 'apps/local/src/main.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      ...{ MYSQL_URL: mysql.url, REDIS_URL: redis.url, CAPACITY: '10' },
      ...{ SCALER_CALM_MINUTES: '0.05', SCALER_MAX: '4', FRIEND_REQUESTS_PER_HOUR: '1000' },
    },
  });
  berth.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await eventually('it runs', () => said.includes('Ctrl-C'), 120_000);
  const db = new Mysql({ url: mysql.url });
  const beforeClose = (close: () => Promise<void>) => void closers.push(close);
  platform = { gateUrl: `http://127.0.0.1:${port}`, db, beforeClose } as PlatformDoors;
});

after(async () => {
  await Promise.all(closers.map((close) => close()));
  const ended = new Promise((resolve) => berth.once('close', resolve));
  berth.kill('SIGTERM');
  if (berth.exitCode === null) await ended;
  await platform?.db.close();
  await Promise.all([mysql.kill(), redis.kill()]);
  await mysql.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('chat nodes come with the people and go when they have left, with others talking, though who plans is killed meanwhile', async (t) => {
  const sockets = watchSockets();
  const client = { WebSocket: sockets.WebSocket };
  const load = await startLoad(platform, 6, { client });
  const offline = load.devices.map((device) => timeOffline(device.client));

  const guests: Device[] = [];
  for (const person of await seedPeople(platform, 12, 'guest'))
    guests.push(await connectDevice(platform, person, client));
  await eventually('there are more nodes', () => /chat-3 runs/.test(said), 120_000);
  // Those who come when it is there already go to it by themselves.
  const wasEven = guests.some((device) => nodeOf(device) === 'chat-3');
  const everyone = [...load.devices, ...guests];
  await eventually(
    'somebody is on the new one',
    () => everyone.some((device) => nodeOf(device) === 'chat-3'),
    90_000,
  );
  await load.more(100);

  await closeAll(guests);
  const abrupt = sockets.abrupt;
  await eventually('one is to go', () => /planner: .* is to go/.test(said), 120_000);
  // It is cordoned, drained and taken away in three rounds of the planner: status is killed in the midst of them.
  process.kill(Number(/^ {2}status .* process (\d+)$/m.exec(said)![1]), 'SIGKILL');
  await eventually('status runs again', () => said.includes('berth: status runs again'), 120_000);
  await eventually('there are two again', () => running() === 2, 120_000);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  assert.deepEqual([abrupt, sockets.abrupt], [0, 0], 'closed by a node');
  assert.deepEqual(
    offline.map((ms) => ms()),
    offline.map(() => 0),
  );
  const reasons = said.split('\n').filter((line) => line.includes('planner: '));
  t.diagnostic(reasons.join('\n'));
  assert.match(said, /planner: \d+ sessions and reservations.* want \d pods: 2 → 3/);
  if (!wasEven) assert.match(said, /planner: the nodes are uneven: \d+ sessions move/);
  assert.match(said, /planner: one pod fewer has been enough for \d+ s: chat-\d is to go/);
  await load.close();
});

const running = (): number =>
  2 + (said.match(/chat-\d runs \(/g) ?? []).length - (said.match(/chat-\d has stopped/g) ?? []).length;
