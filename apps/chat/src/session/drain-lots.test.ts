import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { type Berth, BerthError } from '@berth/wire';
import { successorsOf } from '../registration/successors.ts';
import { Drain, type DrainPlan, type Elsewhere } from './drain.ts';
import type { LiveSession } from './live-session.ts';
import type { SessionIndex } from './session-index.ts';

const plan: DrainPlan = { windowMs: 60_000, perSecond: 0, reason: 'drain', isFinal: false };

/** Sessions that can be moved, and a drain of them that asks `place`. */
function draining(
  count: number,
  place: (session: LiveSession, elsewhere: Elsewhere) => Promise<Berth>,
  more: Partial<DrainPlan> = {},
) {
  const sessions = Array.from(
    { length: count },
    () => ({ ready: true, moves: true, tellings: 0, goAway() {} }) as unknown as LiveSession,
  );
  const index = { count, sessions: () => sessions.values() } as unknown as SessionIndex;
  const drain = new Drain({ index, log: createLog('chat', 'silent'), place });
  return { sessions, drain, running: drain.run({ ...plan, ...more }) };
}

const noPlace = () => new BerthError('no_berth', undefined, { retryAfterMs: 1 });

test('while nobody has room one place at a time is asked for, of another session each time', async () => {
  const asked: LiveSession[] = [];
  let [waiting, most] = [0, 0];
  const { drain, running, sessions } = draining(40, async (session) => {
    asked.push(session);
    if (asked.length > 16) most = Math.max(most, ++waiting);
    await new Promise((resolve) => setImmediate(resolve));
    if (asked.length > 16) waiting = Math.max(0, waiting - 1);
    throw noPlace();
  });
  await eventually('many were asked for', () => asked.length > 40, 60_000);
  drain.stop();
  await running;
  assert.equal(most, 1);
  assert.ok(new Set(asked).size > 16, `${new Set(asked).size} of ${sessions.length} had a turn`);
});

test('as many are asked for as are given, and a few more', async () => {
  let [free, given, refused] = [0, 0, 0];
  const berth = { node: 'other' } as Berth;
  const refill = setInterval(() => {
    free = 3;
  }, 40);
  const { drain, running, sessions } = draining(400, async () => {
    if (free > 0) {
      free--;
      given++;
      return berth;
    }
    refused++;
    throw noPlace();
  });
  await eventually('many have a place', () => given > 60, 60_000);
  drain.stop();
  await running;
  clearInterval(refill);
  for (const { departure } of sessions) departure?.ended();
  assert.ok(refused < 3 * given, `${refused} in vain for ${given}`);
});

test('those of a node that ends leave within its window, and not at once where others would take them', async () => {
  const times: number[] = [];
  const place = async () => {
    times.push(performance.now());
    return { node: 'other' } as Berth;
  };
  const { drain, running, sessions } = draining(200, place, { isFinal: true, windowMs: 4_000 });
  await eventually('all have a place', () => times.length === 200, 60_000);
  drain.stop();
  await running;
  for (const { departure } of sessions) departure?.ended();
  const [begun, half, last] = [times[0]!, times[100]!, times[199]!];
  assert.ok(last - begun > 800, `${last - begun} ms`);
  assert.ok(half - begun > 0.1 * (last - begun), 'the first half has its time, too');
});

test('whoever leaves a node that ends moves to those that take its place, while they can take them in time', async () => {
  const asked: number[] = [];
  let isFull = false;
  const place = async (_: LiveSession, { bootedAfter }: Elsewhere) => {
    asked.push(bootedAfter);
    if (isFull && bootedAfter > 0) throw noPlace();
    return { node: 'other' } as Berth;
  };
  const begun = { isFinal: true, windowMs: 3_000, successors: () => 7 };
  const first = draining(5, place, begun);
  await eventually('all have a place', () => asked.length === 5, 60_000);
  first.drain.stop();
  await first.running;
  assert.deepEqual(new Set(asked), new Set([7]));
  isFull = true;
  const second = draining(5, place, begun);
  await eventually('all have a place', () => second.sessions.every(({ departure }) => departure), 60_000);
  second.drain.stop();
  await second.running;
  assert.equal(asked.at(-1), 0, 'at last to any');
  for (const { departure } of [...first.sessions, ...second.sessions]) departure?.ended();
});

test('nodes that end at the same time take their time together', async () => {
  const windowMs = 4_000;
  const begunAt = performance.now();
  const times: number[] = [];
  const place = async () => {
    times.push(performance.now() - begunAt);
    return { node: 'other' } as Berth;
  };
  const { drain, running, sessions } = draining(100, place, { isFinal: true, windowMs, beside: () => 1 });
  await eventually('all have a place', () => times.length === 100, 60_000);
  drain.stop();
  await running;
  for (const { departure } of sessions) departure?.ended();
  assert.ok(
    times.at(-1)! > 0.6 * windowMs,
    `${times.at(-1)} ms, where one alone has two fifths of the window`,
  );
});

test('whoever finds no place stays for most of the window, and does not wait for places to spare at its end', async () => {
  const windowMs = 2_000;
  const begunAt = performance.now();
  const urgentAt: number[] = [];
  const { drain, running, sessions } = draining(
    1,
    async (_, { isUrgent }) => {
      if (isUrgent) urgentAt.push(performance.now() - begunAt);
      throw noPlace();
    },
    { isFinal: true, windowMs },
  );
  await eventually('it was told to go without one', () => sessions[0]!.tellings > 0, 60_000);
  const toldAt = performance.now() - begunAt;
  for (const { departure } of sessions) departure?.ended();
  drain.stop();
  await running;
  assert.ok(toldAt >= 0.85 * windowMs, `told after ${toldAt} ms`);
  assert.ok(urgentAt[0]! >= 0.5 * windowMs, `urgent after ${urgentAt[0]} ms`);
});

test('while nobody can be asked those of a node that ends go without a place over half of its window', async () => {
  const windowMs = 2_000;
  const begunAt = performance.now();
  const { drain, running, sessions } = draining(
    1,
    async () => {
      throw new BerthError('unavailable');
    },
    { isFinal: true, windowMs },
  );
  await eventually('it was told to go', () => sessions[0]!.tellings > 0, 60_000);
  const toldAt = performance.now() - begunAt;
  for (const { departure } of sessions) departure?.ended();
  drain.stop();
  await running;
  assert.ok(toldAt >= 0.5 * windowMs, `told after ${toldAt} ms`);
});

test('a node is followed by those that came shortly before it was told to end, or later', () => {
  const nowMs = 1_000_000;
  const epochs: number[] = [];
  const nodes = () => epochs.map((bootEpoch) => ({ name: 'x', peerAddress: '', bootEpoch })).values();
  const successors = successorsOf({ nodes }, nowMs);
  epochs.push((nowMs - 120_000) * 1_000);
  assert.equal(successors(), 0, 'it is the only one to go');
  epochs.push((nowMs - 5_000) * 1_000);
  const bootedAfter = successors();
  assert.ok(bootedAfter > epochs[0]! && bootedAfter < epochs[1]!);
});
