import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { admissionRate, countMiss, isKeptForLogIns, nextTokenAtMs, setRate, takeToken } from './admission.ts';
import type { NodeRecord } from './node-record.ts';
import { defaultRules } from './rules.ts';

const nowMs = 1_800_000_000_000;
const rules = defaultRules;
const oldFleet = { young: 0, listed: 10 };
const node = (more: Partial<NodeRecord> = {}): NodeRecord => ({
  ...{
    name: 'a',
    sequence: 1,
    connections: 0,
    reserved: 0,
    leaving: 0,
    capacity: 1_000,
    state: 1,
    suspect: false,
    order: 0,
  },
  ...{ leaseUntilMs: nowMs + 5_000, rate: 100, fullAtMs: 0, claims: 0, misses: 0, suspendedUntilMs: 0 },
  ...{ helloRate: 500, loopDelayP99Ms: 10, freeMemoryBytes: 1, reportedAtMs: nowMs, zone: '', version: '' },
  epoch: (nowMs - 3_600_000) * 1_000,
  ...more,
});

test('a node is given half of the hellos that it can take, and no more than is configured', () => {
  assert.equal(admissionRate(node(), oldFleet, rules, nowMs), 250);
  assert.equal(admissionRate(node({ helloRate: 10_000 }), oldFleet, rules, nowMs), 500);
  assert.equal(admissionRate(node({ helloRate: 0 }), oldFleet, rules, nowMs), 500);
});

test('a slow event loop cuts the rate in proportion, never to nothing', () => {
  assert.equal(admissionRate(node({ loopDelayP99Ms: 50 }), oldFleet, rules, nowMs), 250);
  assert.equal(admissionRate(node({ loopDelayP99Ms: 100 }), oldFleet, rules, nowMs), 125);
  assert.equal(admissionRate(node({ loopDelayP99Ms: 60_000 }), oldFleet, rules, nowMs), 25);
});

test('a new node starts at a tenth and has its full rate after the ramp', () => {
  const at = (ageMs: number) =>
    admissionRate(node({ epoch: (nowMs - ageMs) * 1_000 }), { young: 1, listed: 10 }, rules, nowMs);
  assert.equal(at(0), 25);
  assert.equal(at(15_000), 137.5);
  assert.equal(at(30_000), 250);
});

test('there is no ramp where more than half of the fleet is new', () => {
  const fresh = node({ epoch: nowMs * 1_000 });
  assert.equal(admissionRate(fresh, { young: 5, listed: 10 }, rules, nowMs), 25);
  assert.equal(admissionRate(fresh, { young: 6, listed: 10 }, rules, nowMs), 250);
  assert.equal(admissionRate(fresh, { young: 1, listed: 1 }, rules, nowMs), 250);
});

test('reservations that nobody uses lower the rate, once there are enough to judge', () => {
  assert.equal(admissionRate(node({ claims: 0, misses: 4 }), oldFleet, rules, nowMs), 250);
  assert.equal(admissionRate(node({ claims: 10, misses: 10 }), oldFleet, rules, nowMs), 125);
  assert.equal(admissionRate(node({ claims: 0, misses: 10 }), oldFleet, rules, nowMs), 25);
});

test('a node is suspended when hardly any reservation of many was used, and on probation after', () => {
  const black = node();
  for (let miss = 0; miss < 19; miss++) countMiss(black, rules, nowMs, () => true);
  assert.equal(black.suspendedUntilMs, 0);
  countMiss(black, rules, nowMs, () => true);
  assert.equal(black.suspendedUntilMs, nowMs + rules.suspendMs);
  assert.equal(admissionRate(black, oldFleet, rules, nowMs), 25);
});

test('a node is not suspended when the fleet does not allow it, nor with users who get in', () => {
  const black = node();
  for (let miss = 0; miss < 100; miss++) countMiss(black, rules, nowMs, () => false);
  assert.equal(black.suspendedUntilMs, 0);
  const half = node();
  for (let miss = 0; miss < 200; miss++) {
    half.claims += 1;
    countMiss(half, rules, nowMs, () => true);
  }
  assert.equal(half.suspendedUntilMs, 0);
});

test('who moves is taken while half of the burst is left; on a slow loop as much more seldom, but is taken', () => {
  const takenIn10s = (loopDelayP99Ms: number) => {
    const filled = node({ rate: 10, loopDelayP99Ms });
    let taken = 0;
    for (let at = nowMs; at < nowMs + 10_000; at++) {
      if (isKeptForLogIns(filled, rules, at)) continue;
      takeToken(filled, at);
      taken++;
    }
    return taken;
  };
  const free = takenIn10s(rules.loopTargetMs);
  assert.ok(free >= 100 && free <= 110, `${free}`);
  assert.equal(takenIn10s(2 * rules.loopTargetMs), 50);
  assert.equal(takenIn10s(4 * rules.loopTargetMs), 25);
  assert.equal(takenIn10s(3_600_000), 25);
});

test('whatever rates a node is given, it is without as many tokens as it was, and without a burst of them at most', () => {
  const rate = fc.double({ min: 0.1, max: 500, noNaN: true });
  fc.assert(
    fc.property(
      rate,
      fc.array(rate, { minLength: 1 }),
      fc.integer({ min: 0, max: 60 }),
      (first, rates, taken) => {
        const filled = node({ rate: first });
        for (let token = 0; token < taken; token++)
          if (nextTokenAtMs(filled, rules) <= nowMs) takeToken(filled, nowMs);
        const missing = () => (Math.max(0, filled.fullAtMs - nowMs) * filled.rate) / 1_000;
        for (const next of rates) {
          const before = missing();
          setRate(filled, next, rules, nowMs);
          const burst = Math.max(rules.burstLeast, next * rules.burstSeconds);
          assert.ok(Math.abs(missing() - Math.min(before, burst)) < 0.01, `${before} → ${missing()}`);
        }
      },
    ),
  );
});

test('a clock that went back by an hour lets nobody wait for it', () => {
  const filled = node({ rate: 10, fullAtMs: nowMs + 3_600_000 });
  setRate(filled, 10, rules, nowMs);
  assert.ok(nextTokenAtMs(filled, rules) <= nowMs + 100);
});

test('whatever the pace of asking, no second has more log-ins than the rate and its burst allow', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 500, noNaN: true }),
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 400 }),
      (rate, gaps) => {
        const filled = node({ rate });
        const taken: number[] = [];
        let at = nowMs;
        for (const gap of gaps) {
          at += gap / 10;
          if (nextTokenAtMs(filled, rules) > at) continue;
          takeToken(filled, at);
          taken.push(at);
        }
        const most = rate + Math.max(rules.burstLeast, rate * rules.burstSeconds) + 1;
        for (const from of taken) {
          assert.ok(taken.filter((time) => time >= from && time < from + 1_000).length <= most);
        }
      },
    ),
  );
});
