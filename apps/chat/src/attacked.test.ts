import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { freePorts } from '@berth/stores';
import { encodeFrame, frameIds } from '@berth/wire';
import { useChatFleet } from './chat-fleet.fixture.ts';
import { WireClient } from './session/wire-client.fixture.ts';

const sessionsOfUser = 25;
const attackers = 8;
/** The chart gives a chat container 1,536 MiB, and the image 70 % of it to the heap. */
const containerMiB = 1_536;
const heapMiB = Math.floor(0.7 * containerMiB);

const fleet = useChatFleet(0);

/** A chat node as a process of its own, with the chart's heap. */
async function startNode() {
  const [tcp, webSocket, peer, ops] = await freePorts(4);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...{ PATH: process.env.PATH, NODE_OPTIONS: `--max-old-space-size=${heapMiB}`, LOG_LEVEL: 'error' },
      ...{ NODE_NAME: 'attacked', CLIENT_HOST: '127.0.0.1', STATUS_ADDRESS: fleet.status.address },
      ...{ TCP_PORT: `${tcp}`, WS_PORT: `${webSocket}`, PEER_PORT: `${peer}`, OPS_PORT: `${ops}` },
      ...{ MYSQL_URL: fleet.mysql.url, REDIS_URL: fleet.redis.url, DRAIN_SECONDS: '0', GRPC_TLS: 'off' },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(`it ended: ${code ?? signal}`)),
  );
  after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const opsUrl = `http://127.0.0.1:${ops}`;
  await eventually('the node is ready', async () => (await fetch(`${opsUrl}/readyz`)).ok, 30_000);
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    residentMiB: () =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1_024,
    /** The sum of a metric's values. */
    async metric(name: string): Promise<number> {
      const text = await (await fetch(`${opsUrl}/metrics`)).text();
      const values = [...text.matchAll(new RegExp(`^${name}(?:{.*})? (.+)$`, 'gm'))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async logIn(user: number, deviceClass = 'web'): Promise<WireClient> {
      const client = await WireClient.tcp(tcp!);
      const session = randomBytes(16).toString('hex');
      const { ticket } = fleet.status.ticket('attacked', user, { deviceClass, session });
      await client.ask('hello', { token: ticket });
      return client;
    },
  };
}

/** 2,000 marks from there on: 34 KB of text, and several times as much once they are read. */
const marks = (from: number) => Array.from({ length: 2_000 }, (_, index) => [from + index, 1]);

test('a node with the chart’s heap outlives 200 sessions that begin resumes and pipeline requests', async () => {
  const node = await startNode();
  const sessions: WireClient[] = [];
  for (let attacker = 0; attacker < attackers; attacker++) {
    const user = await fleet.user();
    const classes = Array.from({ length: sessionsOfUser }, (_, index) => `class${index % 5}`);
    sessions.push(...(await Promise.all(classes.map((deviceClass) => node.logIn(user, deviceClass)))));
  }
  const bystander = await node.logIn(await fleet.user());
  assert.equal(await node.metric('chat_sessions'), attackers * sessionsOfUser + 1);
  let answered = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      // However slow the machine is: who gives up asks again.
      await bystander.ask('resume', { marks: [] }).then(
        () => answered++,
        () => {},
      );
    }
  })();

  // Resumes without an end: 800,000 marks, more than there is room for.
  for (let round = 0; round < 2; round++) {
    for (const [index, session] of sessions.entries())
      session.raw(
        encodeFrame(frameIds.resume, {
          ...{ req: round + 1, more: true },
          marks: marks(100_000_000_000 + index * 1_000_000 + round * 2_000),
        }),
      );
    const before = answered;
    await eventually('others are answered meanwhile', () => answered > before, 60_000);
    assert.ok((await node.metric('chat_partial_resume_marks')) <= 500_000);
  }
  // Whole ones, and of each fourth session more small requests than it may have under way, without a look at any answer.
  const small = Buffer.concat(
    Array.from({ length: 150 }, (_, index) => encodeFrame(frameIds.conversations, { req: 10_000 + index })),
  );
  for (const [index, session] of sessions.entries()) {
    session.stopReading();
    for (let req = 100; req < 102; req++)
      session.raw(encodeFrame(frameIds.resume, { req, marks: marks(1 + index) }));
    if (index % 4 === 0) session.raw(small);
  }
  const before = answered;
  await eventually('others are answered meanwhile', () => answered > before + 1, 60_000);
  const kept = ['chat_requests_in_flight', 'chat_partial_resume_marks', 'chat_unsent_bytes'];
  await eventually(
    'all was worked off',
    async () => (await node.metric('chat_requests_in_flight')) <= 1,
    60_000,
  );
  for (const session of sessions) session.destroy();
  await eventually(
    'nothing of them is kept',
    async () => {
      const values = await Promise.all(kept.map((name) => node.metric(name)));
      return values.every((value) => value <= 1) && (await node.metric('chat_sessions')) === 1;
    },
    30_000,
  );
  isOver = true;
  await watching;
  assert.ok(node.isAlive());
  assert.ok(node.residentMiB() < containerMiB, `${node.residentMiB()} MiB at most`);
  bystander.destroy();
});
