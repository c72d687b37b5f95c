import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@berth/fixtures';
import type { Answers, Message } from '@berth/wire';
import fc from 'fast-check';
import { Timeline } from './timeline.ts';

const message = (seq: number): Message => ({
  conversation: 1,
  seq,
  sender: 7,
  cid: `c${seq}`,
  sentAt: seq,
  text: `text ${seq}`,
});

/** A server that shows the seqs of `visible` and tells at most `most` at a time. */
function server(visible: (seq: number) => boolean, head: number, most = 1_000) {
  const asked: [number, number][] = [];
  const fetch = async (after: number, limit: number): Promise<Answers['sync']> => {
    asked.push([after, limit]);
    const all = [];
    for (let seq = after + 1; seq <= head; seq++) if (visible(seq)) all.push(message(seq));
    const messages = all.slice(0, Math.min(limit, most));
    return { conversation: 1, messages, head, more: all.length > messages.length };
  };
  return { fetch, asked };
}

test('what is looked at is loaded, with some on each side, and never twice', async () => {
  const { fetch, asked } = server(() => true, 1_000);
  const timeline = new Timeline(1, { first: 1, head: 1_000 }, fetch, 7);
  assert.equal(timeline.length, 1_000);
  timeline.want(500, 520);
  timeline.want(500, 520);
  await eventually('the rows', () => timeline.get(500) && timeline.get(520) && timeline.get(440));
  const askedOnce = asked.length;
  timeline.want(500, 520);
  assert.equal(asked.length, askedOnce);
  assert.equal(timeline.get(300), undefined);
  assert.equal(new Set(asked.map(String)).size, asked.length);
});

test('answers that end early are continued', async () => {
  const { fetch } = server(() => true, 64, 5);
  const timeline = new Timeline(1, { first: 1, head: 64 }, fetch, 7);
  timeline.want(1, 64);
  await eventually('all 64', () => timeline.newestMessages(100).length === 64);
});

test('a page that comes is told once, however many reacted to its messages, and so is a burst of reactions', async () => {
  const reactions = Array.from({ length: 10 }, (_, index) => ({ emoji: `${index}`, count: 1, users: [8] }));
  const page = Promise.withResolvers<void>();
  const fetch = async (after: number, limit: number): Promise<Answers['sync']> => {
    await page.promise;
    const messages = Array.from({ length: limit }, (_, index) => ({
      ...message(after + 1 + index),
      reactions,
    }));
    return { conversation: 1, messages, head: 50, more: false };
  };
  const timeline = new Timeline(1, { first: 1, head: 50 }, fetch, 7);
  let told = 0;
  timeline.subscribe(() => told++);
  timeline.want(1, 50);
  page.resolve();
  await eventually('the page', () => timeline.get(50));
  await nextTurn();
  assert.deepEqual([timeline.get(1)!.reactions!.length, told], [10, 1]);
  for (let seq = 51; seq <= 550; seq++)
    timeline.changeMessage({
      ...{ conversation: 1, seq, kind: 'reacted', sender: 8, sentAt: seq, target: 1 + (seq % 50) },
      ...{ emoji: '10', on: true, count: 1 },
    });
  await nextTurn();
  assert.equal(told, 2);
});

test('nothing is said to have failed once it is here, whichever way it came', async () => {
  const timeline = new Timeline(1, { first: 1, head: 200 }, () => Promise.reject(new Error('away')), 7);
  timeline.want(100, 102);
  await eventually('the failure', () => timeline.failed);
  // Pushed, or kept on this device.
  for (const seq of [100, 101]) timeline.add(message(seq));
  assert.ok(timeline.failed);
  timeline.add(message(102));
  assert.ok(!timeline.failed);
});

test('one page that comes hides no other that does not', async () => {
  const { fetch } = server(() => true, 200);
  const timeline = new Timeline(
    1,
    { first: 1, head: 200 },
    (after, limit) => (after < 64 ? Promise.reject(new Error('away')) : fetch(after, limit)),
    7,
  );
  timeline.want(60, 70);
  await eventually('the page that comes', () => timeline.get(70));
  await eventually('the failure', () => timeline.failed);
  timeline.want(70, 80);
  assert.ok(!timeline.failed, 'not what is looked at now');
});

test('a failed page is asked for again when the connection is back', async () => {
  const { fetch } = server(() => true, 10);
  let away = true;
  const timeline = new Timeline(
    1,
    { first: 1, head: 10 },
    (after, limit) => (away ? Promise.reject(new Error('away')) : fetch(after, limit)),
    7,
  );
  timeline.want(1, 10);
  await eventually('the failure', () => timeline.failed);
  away = false;
  timeline.wantAgain();
  await eventually('the rows', () => timeline.newestMessages(100).length === 10 && !timeline.failed);
});

test('hidden times have no place, and index and seq stay each other’s inverse', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 90 })),
      fc.integer({ min: 1, max: 10 }),
      async (hidden, most) => {
        const visible = (seq: number) => !hidden.includes(seq);
        const { fetch } = server(visible, 90, most);
        const timeline = new Timeline(1, { first: 1, head: 90 }, fetch, 7);
        timeline.want(1, 90);
        const shown = Array.from({ length: 90 }, (_, index) => index + 1).filter(visible);
        await eventually(
          'everything',
          () => shown.every((seq) => timeline.get(seq)) && timeline.length === shown.length,
        );
        assert.deepEqual(
          shown.map((_, index) => timeline.seqAt(index)),
          shown,
        );
        assert.deepEqual(
          shown.map((seq) => timeline.indexOf(seq)),
          shown.map((_, index) => index),
        );
        assert.deepEqual(
          timeline.newestMessages(100).map(({ seq }) => seq),
          shown,
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('a message that comes moves the head and is there once', () => {
  const timeline = new Timeline(1, { first: 1, head: 3 }, () => Promise.reject(new Error('not asked')), 7);
  timeline.add(message(4));
  timeline.add(message(4));
  assert.equal(timeline.head, 4);
  assert.equal(timeline.length, 4);
  assert.deepEqual(timeline.newestMessages(9), [message(4)]);
});

test('what changed a message has no place, and shows whether it comes before or after the message', async () => {
  const { fetch } = server(() => true, 3);
  const timeline = new Timeline(1, { first: 1, head: 3 }, fetch, 7);
  const edited = { kind: 'edited', conversation: 1, sender: 7, sentAt: 9 } as const;
  timeline.add(message(1));
  timeline.changeMessage({ ...edited, seq: 4, target: 1, text: 'once' });
  timeline.changeMessage({ ...edited, seq: 5, target: 2, text: 'too' });
  timeline.want(1, 3);
  await eventually('the rows', () => timeline.get(3));
  assert.deepEqual([timeline.length, timeline.head, timeline.seqAt(2)], [3, 5, 3]);
  assert.deepEqual([timeline.get(1)!.text, timeline.get(2)!.text], ['once', 'too']);
  // Told anew with what came later: an older change changes nothing.
  timeline.add({ ...message(1), text: 'twice', changed: 6 });
  timeline.changeMessage({ ...edited, seq: 4, target: 1, text: 'once' });
  assert.equal(timeline.get(1)!.text, 'twice');
});

test('a reply counts below its message, also when the device has kept that as it was before', () => {
  const timeline = new Timeline(1, { first: 1, head: 9 }, () => new Promise(() => {}), 3);
  const reply = (seq: number, root: number, more: Partial<Message> = {}) =>
    timeline.add({ ...message(seq), thread: root, replyTo: root, ...more });
  reply(6, 1);
  reply(7, 1, { mentions: [{ user: 3, at: 0, length: 2 }] });
  reply(8, 2);
  timeline.add({ ...message(1), replies: { count: 2, last: 5 } });
  timeline.add({ ...message(2), replies: { count: 4, last: 8, read: 8 } });
  assert.deepEqual(timeline.get(1)?.replies, { count: 4, last: 7, read: 0 }, 'who is meant hears of it');
  assert.deepEqual(timeline.get(2)?.replies, { count: 4, last: 8, read: 8 }, 'told with it already');
  reply(9, 1, { sender: 3 });
  assert.deepEqual(timeline.get(1)?.replies, { count: 5, last: 9, read: 9 });
});
