import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { startPeer } from '../bench/processes.ts';
import { compileLightLoader, type LightPlan, runLightLoader } from './light-loader.ts';

const shortly = { warmSeconds: 0.2, seconds: 0.5 };
const plan: LightPlan = { dialect: 'relay', pattern: 'pairs', ...shortly };
const targets = (port: number, count: number, room: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ({ port, token: '-', conversation: room(index) }));

test('pairs over the relay: all is acknowledged and comes, and both sides’ CPU is told', async () => {
  const peer = await startPeer('relay');
  try {
    const pairs = targets(peer.port, 8, (index) => `pair-${index >> 1}`);
    // Half a second in which the machine stands still says nothing.
    const measure = await eventually('it runs', async () => {
      const once = await runLightLoader(plan, pairs, { relay: [peer.pid] });
      return once.acknowledged > 100 && once.delivered > 100 && once;
    });
    assert.deepEqual([measure.missing, measure.refused, measure.refusal], [0, 0, '']);
    assert.ok(measure.serverCores.relay! > 0 && measure.serverCores.relay! < 1.2);
    assert.ok(measure.ownCpuSeconds > 0 && measure.ownCpuSeconds < 1.2 * measure.seconds);
    assert.ok(measure.acknowledgedIn.p50Ms <= measure.acknowledgedIn.p99Ms);
  } finally {
    await peer.stop();
  }
});

test('an open loop keeps its rate, and times each from when it was due: a server that stood still shows', async () => {
  const peer = await startPeer('relay');
  try {
    const pairs = targets(peer.port, 8, (index) => `pair-${index >> 1}`);
    const rate = { ...plan, window: undefined, rate: 1_000, seconds: 1.5 };
    const running = runLightLoader(rate, pairs, { relay: [peer.pid] });
    // Stopped for a part of the measured time, whenever that is on this machine.
    let going: NodeJS.Timeout | undefined;
    const stops = setInterval(() => {
      process.kill(peer.pid, 'SIGSTOP');
      going = setTimeout(() => process.kill(peer.pid, 'SIGCONT'), 200);
    }, 500);
    const measure = await running.finally(() => {
      clearInterval(stops);
      clearTimeout(going);
      process.kill(peer.pid, 'SIGCONT');
    });
    assert.ok(Math.abs(measure.deliveredIn.count - 1_500) <= 2, `${measure.deliveredIn.count} were due`);
    assert.ok(measure.deliveredIn.maxMs >= 150, `longest ${measure.deliveredIn.maxMs} ms`);
    // A sender that waited for the server would have seen one slow message a stop; a sixth of them were due meanwhile.
    assert.ok(measure.deliveredIn.p99Ms >= 50, `p99 ${measure.deliveredIn.p99Ms} ms`);
    assert.equal(measure.missing, 0);
  } finally {
    await peer.stop();
  }
});

test('a group over socket.io: each of the others gets each message', async () => {
  const peer = await startPeer('socket-io');
  try {
    const group: LightPlan = { dialect: 'socket.io', pattern: 'group', senders: 2, ...shortly };
    const measure = await runLightLoader(
      group,
      targets(peer.port, 10, () => 'g'),
      { peer: [peer.pid] },
    );
    assert.deepEqual([measure.missing, measure.refused], [0, 0]);
    assert.ok(
      measure.delivered > 5 * measure.acknowledged,
      `${measure.delivered} of ${measure.acknowledged}`,
    );
  } finally {
    await peer.stop();
  }
});

test('what the loader cannot do is said in one line', async () => {
  const nobody = targets(1, 2, () => 'r');
  for (const [wrong, line] of [
    [{ ...plan, rate: 0 }, 'light: --rate is a number from 1 to 1e+07, not 0'],
    [{ ...plan, window: Number.NaN }, 'light: --window is a number from 1 to 100000, not NaN'],
    [{ ...plan, textBytes: 9_000 }, 'light: --text is a number from 1 to 8000, not 9000'],
    [plan, 'light: connection 0 to port 1: Connection refused'],
  ] as const) {
    await assert.rejects(runLightLoader(wrong, nobody, {}), { message: line });
  }
  await assert.rejects(runLightLoader(plan, [], {}), {
    message: 'light: 0 connections make no pairs',
  });
});

test('a machine without a compiler is told what to install, in one line', () => {
  const cache = process.env.XDG_CACHE_HOME;
  const empty = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  process.env.XDG_CACHE_HOME = empty;
  try {
    assert.throws(
      () => compileLightLoader(['no-such-compiler']),
      /^Error: the light loader needs a C compiler: install gcc[^\n]*$/,
    );
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
    rmSync(empty, { recursive: true });
  }
});
