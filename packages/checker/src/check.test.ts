import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { check, type Interval, type ViolationKind } from './check.ts';
import { ClientLog } from './client-log.ts';

const conversation = 7;
const members: Interval[] = [
  { conversation, user: 1, joinedSeq: 0 },
  { conversation, user: 2, joinedSeq: 0 },
];

/** Two users, three devices, `count` messages of user 1 and nothing wrong; `text` makes them tell apart. */
function soundRun(count: number): ClientLog[] {
  const logs = [new ClientLog('ann-phone', 1), new ClientLog('ann-web', 1), new ClientLog('bob-phone', 2)];
  for (let seq = 1; seq <= count; seq++) {
    logs[0]!.sent(conversation, `m${seq}`, `text ${seq}`);
    logs[0]!.acked(conversation, `m${seq}`, seq);
    for (const log of logs)
      log.delivered({ conversation, seq, sender: 1, cid: `m${seq}`, text: `text ${seq}` });
  }
  return logs;
}

const kinds = (logs: ClientLog[], intervals = members): ViolationKind[] =>
  check(logs, intervals).map(({ kind }) => kind);

test('a sound run of any length has no violations', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), (count) => assert.deepEqual(kinds(soundRun(count)), [])),
  );
});

test('a message that was acknowledged and not shown on one device is lost there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), (count, pick) => {
      const logs = soundRun(count);
      const missing = 1 + (pick % count);
      const late = new ClientLog('bob-web', 2);
      for (const event of logs[2]!.events) {
        if (event.type === 'delivered' && event.seq !== missing) late.delivered(event);
      }
      const violations = check([...logs, late], members);
      assert.deepEqual(
        violations.map(({ kind, seq }) => ({ kind, seq })),
        [{ kind: 'lost', seq: missing }],
      );
      assert.match(violations[0]!.what, /bob-web.*acknowledged/);
    }),
  );
});

test('a message that was never acknowledged, yet shown to one device, is owed to every device', () => {
  const logs = soundRun(1);
  logs[2]!.delivered({ conversation, seq: 2, sender: 1, cid: 'm2', text: 'unknown fate' });
  assert.deepEqual(kinds(logs), ['lost', 'lost']);
});

test('a message shown twice on a device is doubled', () => {
  const logs = soundRun(3);
  logs[2]!.delivered({ conversation, seq: 3, sender: 1, cid: 'm3', text: 'text 3' });
  assert.deepEqual(kinds(logs), ['doubled']);
});

test('a resend that was stored again under a new seq is doubled', () => {
  const logs = soundRun(3);
  for (const log of logs) log.delivered({ conversation, seq: 4, sender: 1, cid: 'm3', text: 'text 3' });
  assert.ok(kinds(logs).includes('doubled'));
});

test('a resend that is acknowledged with another seq than the first time is doubled', () => {
  const logs = soundRun(3);
  logs[0]!.acked(conversation, 'm2', 3);
  const found = kinds(logs);
  assert.ok(found.includes('doubled') && found.includes('contradicted'));
});

test('a seq that nobody saw below one that somebody saw is a gap', () => {
  const logs = soundRun(2);
  for (const log of logs) log.delivered({ conversation, seq: 4, sender: 1, cid: 'm4', text: '4' });
  assert.deepEqual(
    check(logs, members).map(({ kind, seq }) => ({ kind, seq })),
    [{ kind: 'gap', seq: 3 }],
  );
});

test('a lower seq shown after a higher one is disordered', () => {
  const logs = soundRun(0);
  for (const seq of [2, 1]) {
    for (const log of logs) log.delivered({ conversation, seq, sender: 1, cid: `m${seq}`, text: 't' });
  }
  assert.deepEqual(kinds(logs), ['disordered', 'disordered', 'disordered']);
});

test('a message shown to a stranger is leaked', () => {
  const logs = soundRun(1);
  const stranger = new ClientLog('eve', 3);
  stranger.delivered({ conversation, seq: 1, sender: 1, cid: 'm1', text: 'text 1' });
  assert.deepEqual(kinds([...logs, stranger]), ['leaked']);
});

test('a member is owed what was sent while he was one, and nothing from before or after', () => {
  const logs = soundRun(5);
  const guest = new ClientLog('guest', 3);
  const intervals = [...members, { conversation, user: 3, joinedSeq: 1, leftSeq: 3 }];
  for (const seq of [2, 3])
    guest.delivered({ conversation, seq, sender: 1, cid: `m${seq}`, text: `text ${seq}` });
  assert.deepEqual(kinds([...logs, guest], intervals), []);
  guest.delivered({ conversation, seq: 4, sender: 1, cid: 'm4', text: 'text 4' });
  assert.deepEqual(kinds([...logs, guest], intervals), ['leaked']);
  assert.deepEqual(kinds([...logs, new ClientLog('guest-web', 3)], intervals), ['lost', 'lost']);
});

test('two devices that show different messages under one seq contradict each other', () => {
  const logs = soundRun(1);
  logs[1]!.delivered({ conversation, seq: 2, sender: 1, cid: 'a', text: 'one' });
  logs[0]!.delivered({ conversation, seq: 2, sender: 1, cid: 'a', text: 'one' });
  logs[2]!.delivered({ conversation, seq: 2, sender: 2, cid: 'b', text: 'two' });
  assert.deepEqual(kinds(logs), ['contradicted']);
});

test('a text that is not the one sent is altered', () => {
  const logs = soundRun(0);
  logs[0]!.sent(conversation, 'm1', 'as typed');
  for (const log of logs) log.delivered({ conversation, seq: 1, sender: 1, cid: 'm1', text: 'as garbled' });
  assert.deepEqual(kinds(logs), ['altered', 'altered', 'altered']);
});

test('conversations are judged apart', () => {
  const logs = soundRun(2);
  const other = { conversation: 8, user: 2, joinedSeq: 0 };
  logs[2]!.delivered({ conversation: 8, seq: 1, sender: 2, cid: 'm1', text: 'note to self' });
  assert.deepEqual(kinds(logs, [...members, other]), []);
});

test('a message is shown as the last of its changes make it, the same on every device', () => {
  const run = (view: (log: ClientLog) => object = () => ({})) => {
    const logs = soundRun(1);
    for (const log of logs) {
      for (const [index, count] of [2, 1].entries()) {
        const change = {
          conversation,
          seq: 2 + index,
          target: 1,
          kind: 'reacted',
          emoji: '👍',
          count,
        } as const;
        log.delivered({ ...change, sender: 1, cid: `entry ${change.seq}`, text: 'reacted' });
        log.changed(change);
      }
      const shown = { conversation, seq: 1, text: 'text 1', recalled: false, reactions: { '👍': 1 } };
      log.shown({ ...shown, reactions: {} });
      log.shown({ ...shown, ...view(log) });
    }
    return kinds(logs);
  };
  assert.deepEqual(run(), []);
  assert.ok(run(({ user }) => (user === 2 ? { reactions: { '👍': 2 } } : {})).includes('misfolded'));
  assert.ok(run(({ user }) => (user === 2 ? { text: 'another' } : {})).includes('misfolded'));
  assert.ok(run(({ user }) => (user === 2 ? { mentions: [7] } : {})).includes('misfolded'));
});

test('a group is shown as what was set of it makes it, also to one who came later, the same on every device', () => {
  const run = (view: (log: ClientLog) => object = () => ({})) => {
    const logs = soundRun(1);
    const late = new ClientLog('late', 3);
    for (const log of [...logs, late]) {
      for (const [seq, settings] of [
        [2, { topic: 'Knots', slowMs: 5 }],
        [3, { topic: '' }],
        [4, { announcements: true }],
      ] as const) {
        if (log === late && seq < 4) continue;
        log.delivered({ conversation, seq, sender: 1, cid: `entry ${seq}`, text: 'settings' });
        log.set({ conversation, seq, settings });
      }
      const shown = { conversation, seq: 4, settings: { slowMs: 5, announcements: true } };
      log.groupShown({ ...shown, settings: {} });
      log.groupShown({ ...shown, ...view(log) });
    }
    return kinds([...logs, late], [...members, { conversation, user: 3, joinedSeq: 3 }]);
  };
  assert.deepEqual(run(), []);
  const late = (view: object) => (log: ClientLog) => (log.user === 3 ? view : {});
  assert.deepEqual(run(late({ settings: { announcements: true } })), ['misfolded']);
  assert.deepEqual(run(late({ seq: 3 })), ['misfolded']);
});

test('what is pinned and the counts of a poll are shown as their last change tells them', () => {
  const run = (pinned: boolean, votes: number[]) => {
    const logs = soundRun(1);
    for (const log of logs) {
      const changes = [
        { conversation, seq: 2, target: 1, kind: 'pinned', on: true },
        { conversation, seq: 3, target: 1, kind: 'polled', counts: [1, 0] },
        { conversation, seq: 4, target: 1, kind: 'polled', counts: [1, 1] },
      ] as const;
      for (const change of changes) {
        log.delivered({ ...change, sender: 1, cid: `entry ${change.seq}`, text: change.kind });
        log.changed(change);
      }
      const shown = { conversation, seq: 1, text: 'text 1', recalled: false, reactions: {} };
      log.shown({ ...shown, pinned, votes });
    }
    return new Set(kinds(logs));
  };
  assert.deepEqual(run(true, [1, 1]), new Set());
  assert.deepEqual(run(false, [1, 1]), new Set(['misfolded']));
  assert.deepEqual(run(true, [1, 0]), new Set(['misfolded']));
});

/** User 1 says 1 and 5 and 6 below 1, user 2 says 2 (to 1), 3 (to everybody) and 4 below 1. Then 3 means nobody, and 2 is recalled. */
function countedRun(view: { counted?: object; thread?: object; read?: number } = {}): ClientLog[] {
  const logs = soundRun(0);
  for (const log of logs) {
    const say = (seq: number, sender: number, mentions: number[], thread?: number) =>
      log.delivered({
        ...{ conversation, seq, sender, cid: `m${seq}`, text: `${seq}` },
        ...{ counted: thread === undefined, thread, mentions },
      });
    say(1, 1, []);
    say(2, 2, [1]);
    say(3, 2, [0]);
    say(4, 2, [], 1);
    say(5, 1, [1, 0], 1);
    const isFirst = log.user === 1;
    const counted = { conversation, head: 5, read: 1, unread: 2, mentions: isFirst ? [2, 3] : [3, 5] };
    log.counted({ ...counted, mentions: [], settled: false });
    const edit = { conversation, seq: 6, target: 3, kind: 'edited', text: 'anew' } as const;
    const recall = { conversation, seq: 7, target: 2, kind: 'recalled' } as const;
    for (const change of [edit, recall]) {
      log.delivered({ ...change, sender: 2, cid: `entry ${change.seq}`, text: change.kind, counted: false });
      log.changed(change);
    }
    const shown = { conversation, reactions: {}, mentions: [] };
    log.shown({ ...shown, seq: 3, text: 'anew', recalled: false });
    log.shown({ ...shown, seq: 2, text: '', recalled: true });
    log.counted({ ...counted, head: 7, mentions: isFirst ? [] : [5], settled: true, ...view.counted });
    const thread = { conversation, root: 1, count: 2, last: 5, settled: false };
    log.threadShown({ ...thread, read: 0 });
    if (log.device === 'ann-phone') log.threadRead(conversation, 1, view.read ?? 5);
    log.threadShown({ ...thread, read: isFirst ? 5 : 4, settled: true, ...view.thread });
  }
  return logs;
}

test('what is unread, who is meant and what stands in a thread is shown as the entries make it', () => {
  assert.deepEqual(kinds(countedRun()), []);
  const misfolded = (view: Parameters<typeof countedRun>[0], devices: number) => {
    const found = check(countedRun(view), members);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      Array(devices).fill('misfolded'),
      JSON.stringify(found),
    );
  };
  misfolded({ counted: { unread: 1 } }, 3);
  misfolded({ counted: { read: 2 } }, 3);
  // One's own words mean nobody, though they mean everybody.
  misfolded({ counted: { mentions: [5] } }, 2);
  misfolded({ counted: { mentions: [] } }, 1);
  misfolded({ thread: { count: 3 } }, 3);
  misfolded({ thread: { last: 4 } }, 3);
  misfolded({ thread: { read: 4 } }, 2);
  misfolded({ thread: { read: undefined } }, 3);
  misfolded({ read: 6 }, 2);
});

test('who wrote the last message that shows has nothing unread, however far the mark has come', () => {
  const logs = soundRun(0);
  for (const log of logs) {
    const say = (seq: number, sender: number, thread?: number) =>
      log.delivered({
        ...{ conversation, seq, sender, cid: `m${seq}`, text: `${seq}` },
        ...{ counted: thread === undefined, thread, mentions: [1, 2] },
      });
    say(1, 1);
    say(2, 2);
    log.counted({
      ...{ conversation, head: 2, read: 0, settled: true },
      ...(log.user === 2 ? { unread: 0, mentions: [] } : { unread: 2, mentions: [2] }),
    });
    log.delivered({ conversation, seq: 3, sender: 0, cid: 'entry 3', text: 'fence', counted: false });
    const view = { conversation, head: 3, read: 0, settled: false, mentions: [] };
    log.counted({ ...view, unread: log.user === 2 ? 0 : 2 });
  }
  assert.deepEqual(kinds(logs), []);
  for (const log of logs)
    log.counted({ ...{ conversation, head: 2, read: 0 }, unread: 1, mentions: [], settled: false });
  assert.deepEqual(kinds(logs), Array(3).fill('misfolded'));
});

test('a thread that is not shown, and a message that is shown in another one, are found', () => {
  const without = (isOut: (type: string) => boolean) =>
    countedRun().map((log) => {
      const copy = new ClientLog(log.device, log.user);
      for (const event of log.events) if (!isOut(event.type)) copy.add(event);
      return copy;
    });
  assert.deepEqual(kinds(without((type) => type === 'threadShown')), Array(3).fill('misfolded'));
  const logs = countedRun();
  for (const log of logs)
    log.shown({ conversation, seq: 3, text: 'anew', recalled: false, reactions: {}, thread: 1 });
  assert.deepEqual(kinds(logs), Array(3).fill('misfolded'));
});

test('at most `limit` violations are answered', () => {
  const logs = soundRun(50);
  logs.push(new ClientLog('bob-web', 2));
  assert.equal(check(logs, members, 5).length, 5);
});
