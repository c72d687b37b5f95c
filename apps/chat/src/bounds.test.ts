import assert from 'node:assert/strict';
import process from 'node:process';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { deriveTicketKey, signTicket, type TicketClaims } from '@berth/tokens';
import { ConversationList } from './conversations/conversation-list.ts';
import type { ConversationReader } from './conversations/conversation-reader.ts';
import type { Fleet } from './fleet/peers/fleet.ts';
import { PeerQueue } from './fleet/peers/peer-queue.ts';
import { UnknownNodes } from './fleet/peers/unknown-nodes.ts';
import { Presence, type PresenceOptions } from './fleet/presence/presence.ts';
import { Watchers } from './fleet/presence/watchers.ts';
import { FleetPublisher, type FleetPublisherOptions } from './fleet/publishing/fleet-publisher.ts';
import { RouteKeeper, type RouteKeeperOptions } from './fleet/routes/route-keeper.ts';
import { LogHeads } from './log/log-heads.ts';
import { LogHints } from './log/log-hints.ts';
import { MarkWriter } from './membership/mark-writer.ts';
import { CountedWindows } from './rates/counted-windows.ts';
import { PartialResumes } from './rates/partial-resumes.ts';
import { SendRates } from './rates/send-rates.ts';
import { UsedReservations } from './registration/used-reservations.ts';
import type { LiveSession } from './session/live-session.ts';
import { SessionIndex } from './session/session-index.ts';
import { TicketDesk } from './session/ticket-desk.ts';
import { CoalescingLoader } from './stores/coalescing-loader.ts';
import type { Database } from './stores/guarded-mysql.ts';

/**
 * The bounds of docs/operations.md, as they are in production: each room is offered more than it takes, and all of them
 * stay full until the end, when together they must leave most of the chart's heap to everything else.
 */
const containerMiB = 1_536;
const heapMiB = 0.7 * containerMiB;

const rooms: unknown[] = [];
const full = <T>(room: T): T => {
  rooms.push(room);
  return room;
};
/** Not before the end. */
const end = Promise.withResolvers<never>();
end.promise.catch(() => {});
after(() => end.reject(new Error('the test is over')));
const never = () => end.promise;
/** A MySQL that does not answer. */
const silent = { rows: never, run: never, transaction: never } as unknown as Database;
const log = createLog('chat', 'silent');
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const session = (user: number): LiveSession =>
  ({
    id: `${user}`.padStart(32, '0'),
    user,
    conversations: [],
    push: () => {},
    epoch: 1,
  }) as unknown as LiveSession;

test('250,000 ends of logs, and 20,000 hints of them', async () => {
  const heads = full(new LogHeads());
  const hints = full(new LogHints(silent));
  const logEnd = { seq: 1, uncounted: 0, membersVersion: 0, at: 1 };
  for (const conversation of upTo(260_000)) {
    heads.learn(conversation, logEnd);
    hints.note(conversation, logEnd as never);
  }
  assert.equal(heads.size, 250_000);
  assert.deepEqual([heads.get(1), heads.get(260_000)?.seq], [undefined, 1], 'the oldest went');
  assert.equal(hints.waiting, 20_000);
});

test('50,000 marks that wait to be written; who waits for one more is refused, one’s own is dropped', async () => {
  const marks = full(new MarkWriter(silent));
  for (const user of upTo(60_000)) marks.wrote({ conversation: 1, user }, 1);
  assert.ok(marks.waiting <= 50_000 + 256);
  const more = marks.write({ conversation: 2, user: 1 }, { read: 1, received: 1 });
  await assert.rejects(more, { code: 'unavailable' });
});

test('200,000 keys of one kind that wait to be read', async () => {
  const loader = full(new CoalescingLoader<number, number>({ read: never, timeoutMs: 60_000 }));
  const refused: string[] = [];
  for (const key of upTo(210_000)) loader.load(key).catch(({ code }) => refused.push(code));
  await Promise.resolve();
  assert.ok(refused.length >= 8_000 && refused.every((code) => code === 'unavailable'), `${refused.length}`);
});

test('a million places of remembered lists', async () => {
  const list = upTo(100_000).map((conversation) => ({ conversation, member: true, joinedAt: 1 }));
  const reader = {
    list: async () => list,
    lastTimes: async () => new Map(),
    summaries: async () => [],
  } as unknown as ConversationReader;
  const lists = full(new ConversationList({ reader }));
  for (const user of upTo(12)) await lists.page({ user, entries: true, changes: true }, undefined, 1);
  assert.equal(lists.places, 1_000_000);
});

test('100,000 buckets of sends, and of budgets that are counted here', () => {
  const rates = full(new SendRates({ perSecond: 1, burst: 1 }));
  const budgets = [full(new CountedWindows()), full(new CountedWindows())];
  for (const user of upTo(110_000)) {
    rates.take(user, 0);
    for (const budget of budgets) budget.take(`${user} friendRequest`, { most: 1, ms: 3_600_000 }, 1);
  }
  assert.deepEqual([rates.size, ...budgets.map(({ size }) => size)], [100_000, 100_000, 100_000]);
});

test('500,000 marks of resumes that are not finished', () => {
  const resumes = full(new PartialResumes());
  const marks = (user: number) => upTo(50_000).map((at) => [user * 100_000 + at, 1] as const);
  for (const user of upTo(10)) resumes.add({ user }, marks(user), false, 0);
  assert.throws(() => resumes.add({ user: 11 }, marks(11), false, 0), { code: 'unavailable' });
  assert.equal(resumes.size, 500_000);
});

test('65,536 reservations that status has not heard of', () => {
  const used = full(new UsedReservations());
  for (const at of upTo(70_000)) used.add(`reservation-${at}`);
  let told = 0;
  for (let next = used.next(); next.length > 0; next = used.next()) {
    told += next.length;
    used.acknowledge(next);
  }
  assert.equal(told, 65_536);
  for (const at of upTo(65_536)) used.add(`reservation-${at}`);
});

test('tickets and revocations are remembered for their time alone, also where nobody logs in', () => {
  let nowMs = 1_000_000;
  const key = deriveTicketKey('a secret of tests, long enough for it', 'node', 1);
  const desk = full(new TicketDesk({ node: 'node', bootEpoch: 1, ticketKey: key, nowMs: () => nowMs }));
  const claims: Omit<TicketClaims, 'session'> = {
    ...{ node: 'node', bootEpoch: 1, reservation: 'r', user: 1, deviceClass: 'web', generation: 1 },
    expiresAt: nowMs + 15_000,
  };
  // What the default rate lets in, in the life of a ticket.
  for (const at of upTo(7_500)) {
    const ticket = signTicket({ ...claims, session: `${at}`.padStart(32, '0') }, key);
    desk.use(ticket, desk.check(ticket));
  }
  for (const at of upTo(10_000)) desk.revoke(at, [`${at}`.padStart(32, 'e')], 2);
  assert.equal(desk.size, 7_500 + 20_000);
  nowMs += 121_000;
  desk.revoke(1, [], 3);
  assert.equal(desk.size, 1);
});

test('100,000 users who came, 100,000 who went, and 200,000 changes that watchers are to hear of', () => {
  const index = new SessionIndex();
  const fleet = { size: 0, listen: () => {} } as unknown as Fleet;
  const presence = full(
    new Presence({ index, fleet, log, graceMs: 5_000, deathMs: 10_000 } as unknown as PresenceOptions),
  );
  for (const user of upTo(110_000)) presence.arrived(user, false);
  for (const user of upTo(110_000)) presence.left(200_000 + user);
  assert.equal(presence.waiting, 200_000);
  for (const user of upTo(100)) index.add(session(user));
  const watchers = full(new Watchers(index));
  for (const watcher of upTo(100)) for (const user of upTo(2_100)) watchers.note(watcher, user, true);
  assert.equal(watchers.waiting, 200_000);
});

test('20,000 entries, or 32 MiB of them, that wait for routes; what is beyond goes to every node', async () => {
  for (const [count, bytes] of [
    [25_000, 100],
    [2_500, 16_000],
  ] as const) {
    let told = 0;
    const options = {
      local: { notify: () => {} },
      fleet: { size: 1 },
      links: { broadcast: () => told++ },
      store: { read: never },
      onRedisFailure: () => {},
      isRedisAway: () => false,
    };
    const publisher = full(new FleetPublisher(options as unknown as FleetPublisherOptions));
    for (const user of upTo(count)) publisher.notify([user], new Uint8Array(bytes));
    assert.ok(told > 0 && told < count / 2, `${told} were told to all`);
    assert.ok(publisher.waitingBytes <= 33_554_432 + 2 * bytes);
  }
});

test('20,000 routes that are owed to Redis while it is away', async () => {
  const released: number[] = [];
  let isAway = true;
  const index = new SessionIndex();
  const first = session(1);
  index.add(first);
  const answer = <T>(value: T) => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(value));
  const keeper = new RouteKeeper({
    store: {
      claim: () => answer({ epoch: 1, activeMs: 1, gone: [] }),
      sentinel: () => answer('a'),
      release: async (user: number) => void released.push(user),
    },
    index,
    identity: { node: 'node', bootEpoch: 1, nowMs: () => 1 },
    log,
    onRebuilt: () => {},
    watchMs: 10,
  } as unknown as RouteKeeperOptions);
  after(() => keeper.close());
  await keeper.claim(first);
  for (const user of upTo(25_000)) keeper.release(session(user));
  assert.equal(released.length, 0);
  isAway = false;
  keeper.start();
  await eventually('they are given up', () => released.length > 0);
  assert.equal(released.length, 20_000);
});

test('128 MiB for all other nodes, and 64 unknown ones', () => {
  const budget = { bytes: 0, maxBytes: 134_217_728 };
  const queues = upTo(40).map(() => full(new PeerQueue(8_388_608, budget)));
  const bytes = new Uint8Array(65_536);
  for (const queue of queues) for (const conversation of upTo(140)) queue.push({ bytes, conversation });
  assert.equal(budget.bytes, budget.maxBytes);
  const unknown = full(new UnknownNodes());
  for (const node of upTo(70))
    for (const conversation of upTo(1_100)) unknown.note(`${node}`, 1, conversation);
  const missed = upTo(70).map((node) => unknown.take(`${node}`, 1).length);
  assert.deepEqual(missed.slice(0, 6), [0, 0, 0, 0, 0, 0], 'the oldest are forgotten');
  assert.ok(Math.max(...missed) <= 1_001);
});

test('all that at once takes less than half of the heap that the chart gives a node', () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  const usedMiB = (heapUsed + external) / 1_048_576;
  assert.ok(rooms.length > 0 && usedMiB < heapMiB / 2, `${Math.round(usedMiB)} MiB`);
});
