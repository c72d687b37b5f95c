import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { check } from '@berth/checker';
import { usePlatform } from '@berth/test/platform';
import { seedDirects, seedUsers } from '../bench/berth-targets.ts';
import { unlimited } from '../bench/unlimited.ts';
import { DriverFleet } from '../driver/fleet.ts';
import type { Person } from '../driver/session.ts';
import { LevelMeasure } from './measure.ts';
import { parseCapacityOptions } from './options.ts';

const platform = usePlatform({ nodes: 1, environment: unlimited });

/** A level with one that is late on a busy machine holds all the same. */
const options = parseCapacityOptions(
  '--per-minute 600 --seconds 1 --drivers 2 --threshold p99<60000'.split(' '),
);
test('levels of sessions over two drivers: raised, lowered, at their rate, and the checker finds nothing', async () => {
  const measure = await LevelMeasure.start(platform, options);
  after(() => measure.stop());
  for (const sessions of [8, 20, 12]) {
    const level = await measure.at(sessions);
    assert.deepEqual(level.verdict, { holds: true, reason: '', isLoader: false });
    assert.equal(level.perSecond, sessions * 10);
    assert.ok(level.p50Ms > 0 && level.p50Ms <= level.p99Ms && level.p99Ms <= level.p999Ms);
    assert.ok(level.chatCores > 0 && level.serverCores > level.chatCores && level.driverCores > 0);
    assert.ok(level.serverBytes > level.chatBytes);
  }
  assert.deepEqual(await measure.violations(), []);
});

async function startPairs(count: number): Promise<{ fleet: DriverFleet; people: Person[] }> {
  const fleet = await DriverFleet.start({ gateUrl: platform.gateUrl }, 1);
  after(() => fleet.stop());
  const users = await seedUsers(platform, 2 * count);
  const conversations = await seedDirects(platform, users);
  const people = users.map(({ id, token }, index) => ({
    ...{ user: id, token, conversation: conversations[index >> 1]! },
  }));
  await fleet.add(people);
  return { fleet, people };
}

test('a closed loop keeps so many in flight; what each session sent and saw is in its log', async () => {
  const { fleet } = await startPairs(1);
  const report = await fleet.act({
    ...{ loop: { kind: 'closed', inFlight: 2 }, warmSeconds: 0, seconds: 0.5, textBytes: 16 },
  });
  assert.ok(report.acknowledged > 4);
  assert.deepEqual([report.missing, report.refused, report.dropped], [0, 0, 0]);
  const logs = await fleet.logs();
  const acked = (index: number) => logs[index]!.events.filter(({ type }) => type === 'acked').length;
  const delivered = logs[1]!.events.filter(
    (event) => event.type === 'delivered' && event.sender === logs[0]!.user,
  );
  assert.equal(delivered.length, acked(0));
  assert.ok(acked(0) + acked(1) >= report.acknowledged);
});

test('sessions that are cut while they write come back with what they missed, and what had no answer is sent again', async () => {
  const { fleet, people } = await startPairs(20);
  const report = await fleet.act({
    ...{ loop: { kind: 'open', perSecond: 400 }, warmSeconds: 0, seconds: 2, textBytes: 16 },
    cutAfterSeconds: 0.7,
  });
  assert.deepEqual([report.missing, report.refused, report.dropped, report.away], [0, 0, 0, 0]);
  assert.equal(report.backIn.count, 40);
  assert.equal(report.acknowledged, report.due);
  const intervals = people.map(({ user, conversation }) => ({ user, conversation, joinedSeq: 0 }));
  assert.deepEqual(check(await fleet.logs(), intervals), []);
});

test('sessions that the server ends in the middle are told as dropped', async () => {
  const { fleet } = await startPairs(1);
  const acting = fleet.act({
    ...{ loop: { kind: 'open', perSecond: 20 }, warmSeconds: 0, seconds: 1.5, textBytes: 16 },
  });
  await platform.nodes[0]!.kill();
  assert.equal((await acting).dropped, 2);
});
