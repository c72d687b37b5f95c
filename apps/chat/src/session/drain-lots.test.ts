import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { type Berth, BerthError } from '@berth/wire';
import { Drain } from './drain.ts';
import type { LiveSession } from './live-session.ts';
import type { SessionIndex } from './session-index.ts';

const plan = { windowMs: 60_000, perSecond: 0, reason: 'drain', isFinal: false } as const;

/** Sessions that can be moved, and a drain of them that asks `place`. */
function draining(count: number, place: (session: LiveSession) => Promise<Berth>) {
  const sessions = Array.from(
    { length: count },
    () => ({ ready: true, moves: true, tellings: 0, goAway() {} }) as unknown as LiveSession,
  );
  const index = { count, sessions: () => sessions.values() } as unknown as SessionIndex;
  const drain = new Drain({ index, log: createLog('chat', 'silent'), place });
  return { sessions, drain, running: drain.run(plan) };
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
