import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ChangeLanes } from './change-lanes.ts';
import type { ChangeLot, PendingChange } from './pending-changes.ts';

let cids = 0;
function pending(conversation: number, target: number, since = performance.now()): PendingChange {
  const change = { conversation, sender: 1, cid: `c${cids++}`, target };
  const work = { judge: () => undefined };
  return { kind: 'edited', change, work, since, done: Promise.withResolvers() };
}

const said = (lots: readonly ChangeLot[]) =>
  lots.map(({ conversation, changes }) => [conversation, ...changes.map(({ change }) => change.target)]);

/** Transactions that end when they are told to. */
function lanesOf() {
  const begun: { lots: readonly ChangeLot[]; end(alone?: readonly ChangeLot[]): void }[] = [];
  const alone: { lot: ChangeLot; end(): void }[] = [];
  const lanes = new ChangeLanes({
    together: (lots) => new Promise((end) => begun.push({ lots, end: (left = []) => end(left) })),
    alone: (lot) => new Promise<void>((end) => alone.push({ lot, end })),
    turns: { run: (_, task) => task() },
  });
  return { lanes, begun, alone };
}

const settle = async () => {
  for (let turns = 0; turns < 5; turns++) await turn();
};

test('what waits of any conversations goes together, and of one conversation after what is under way of it', async () => {
  const { lanes, begun } = lanesOf();
  for (const [conversation, target] of [
    [2, 1],
    [1, 1],
    [1, 2],
    [1, 1],
  ] as const)
    lanes.push(pending(conversation, target));
  await settle();
  assert.deepEqual(
    begun.map(({ lots }) => said(lots)),
    [
      [
        [1, 1, 2],
        [2, 1],
      ],
    ],
  );
  lanes.push(pending(2, 5));
  lanes.push(pending(3, 1));
  await settle();
  assert.deepEqual(
    said(begun[1]!.lots),
    [[3, 1]],
    'on the other lane, and of no conversation that is under way',
  );
  lanes.push(pending(3, 2));
  lanes.push(pending(4, 1));
  await settle();
  assert.equal(begun.length, 2);
  begun[0]!.end();
  await settle();
  assert.deepEqual(said(begun[2]!.lots), [
    [1, 1],
    [2, 5],
    [4, 1],
  ]);
  begun[1]!.end();
  await settle();
  assert.deepEqual(said(begun[3]!.lots), [[3, 2]]);
  assert.equal(lanes.waiting, 0);
});

test('a conversation that goes alone holds up none of the others, and comes back when that is over', async () => {
  const { lanes, begun, alone } = lanesOf();
  lanes.push(pending(1, 1));
  lanes.push(pending(2, 1));
  await settle();
  const [met] = begun[0]!.lots;
  lanes.push(pending(1, 2));
  lanes.push(pending(2, 2));
  begun[0]!.end([met!]);
  await settle();
  assert.deepEqual(
    alone.map(({ lot }) => said([lot])),
    [[[1, 1]]],
  );
  assert.deepEqual(said(begun[1]!.lots), [[2, 2]]);
  begun[1]!.end();
  alone[0]!.end();
  await settle();
  assert.deepEqual(said(begun[2]!.lots), [[1, 2]]);
});

test('what waits is bounded, and what waited too long is refused', async () => {
  const { lanes, begun } = lanesOf();
  const old = pending(1, 1, performance.now() - 60_000);
  lanes.push(old);
  await assert.rejects(old.done.promise, { code: 'unavailable' });
  for (const conversation of [1, 2]) lanes.push(pending(conversation, 1));
  await settle();
  for (let count = 0; count < 2_000; count++) lanes.push(pending(1, count));
  assert.throws(() => lanes.push(pending(1, 1)), { code: 'unavailable' });
  lanes.push(pending(2, 2));
  assert.equal(lanes.waiting, 2_001);
  begun[0]!.end();
  await settle();
  assert.deepEqual(
    begun[1]!.lots.map(({ changes }) => changes.length),
    [32, 1],
  );
});
