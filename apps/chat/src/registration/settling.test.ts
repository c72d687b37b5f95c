import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettling } from './settling.ts';

const bornMs = 10_000_000;

function settling(settleMs: number) {
  const others: number[] = [];
  let nowMs = bornMs;
  const isSettling = createSettling({
    fleet: {
      nodes: () => others.map((ms) => ({ name: 'x', peerAddress: '', bootEpoch: ms * 1_000 })).values(),
    },
    node: { bootEpoch: bornMs * 1_000, nowMs: () => nowMs },
    settleMs,
  });
  return {
    isSettling,
    others,
    at: (laterMs: number) => {
      nowMs = bornMs + laterMs;
    },
  };
}

test('a node that comes to a running fleet settles for a while', () => {
  const { isSettling, others, at } = settling(8_000);
  others.push(bornMs - 60_000);
  assert.equal(isSettling(), true);
  at(7_999);
  assert.equal(isSettling(), true);
  at(8_000);
  assert.equal(isSettling(), false);
  at(7_000);
  assert.equal(isSettling(), false, 'once is enough');
});

test('the first nodes of a fleet do not, and no node for longer than half a minute', () => {
  const { isSettling, others } = settling(8_000);
  assert.equal(isSettling(), false);
  others.push(bornMs - 5_000, bornMs + 1_000);
  assert.equal(isSettling(), false);
  const slow = settling(600_000);
  slow.others.push(bornMs - 60_000);
  slow.at(29_000);
  assert.equal(slow.isSettling(), true);
  slow.at(31_000);
  assert.equal(slow.isSettling(), false);
});
