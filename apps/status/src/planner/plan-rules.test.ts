import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plan } from './plan.ts';
import {
  defaultPlanPolicy,
  type Plan,
  type PlanMemory,
  type PlanNode,
  type PlanSnapshot,
} from './plan-types.ts';
import { nextVictim } from './victim.ts';

const policy = { ...defaultPlanPolicy, min: 2, max: 100 };
const nodesOf = (counts: number[], more: Partial<PlanNode> = {}): PlanNode[] =>
  counts.map((connections, at) => ({
    ...{ name: `n${at}`, bootEpoch: at + 1, connections, reserved: 0, capacity: 1_000 },
    ...{ state: 'ready', order: 'none', zone: '', version: '1' },
    ...more,
  }));

/** Plans every 2 s what `at` finds, and answers with the last plan; no step is carried out. */
function planFor(
  seconds: number,
  at: (second: number) => Partial<PlanSnapshot> & { nodes: PlanNode[] },
): Plan {
  let memory: PlanMemory = {};
  let result: Plan | undefined;
  for (let second = 0; second <= seconds; second += 2) {
    const snapshot = at(second);
    const nowMs = second * 1_000;
    result = plan({ nowMs, scale: snapshot.nodes.length, silent: 0, ...snapshot }, policy, memory);
    memory = result.memory;
  }
  return result!;
}

test('those are counted on who will come until a new pod serves', () => {
  const steady = planFor(10, () => ({ nodes: nodesOf([600, 600]) }));
  assert.deepEqual(steady.steps, []);
  // 20 a second, and 30 s until a pod has started: 600 more.
  const growing = planFor(10, (second) => ({ nodes: nodesOf([500 + 10 * second, 500 + 10 * second]) }));
  assert.deepEqual(growing.steps, [{ do: 'scale', to: 3 }]);
  assert.match(growing.why, /1200 sessions .* and 600 more .* 2 → 3/);
});

test('those who move, and are counted on both nodes meanwhile, are nobody who comes', () => {
  const leaver = (connections: number) => ({
    order: 'drain' as const,
    state: 'draining' as const,
    connections,
  });
  const victim = { node: 'n2', bootEpoch: 3, sinceMs: 0, removed: false };
  let memory: PlanMemory = { victim };
  // 60 a second leave a node, and each of them is on both for a second.
  for (let second = 0; second <= 6; second += 2) {
    const moved = 60 * second;
    const nodes = nodesOf([420 + moved / 2, 420 + moved / 2, 0], { reserved: second === 0 ? 0 : 20 });
    Object.assign(nodes[2]!, leaver(400 - Math.max(0, moved - 60)));
    const result = plan({ nowMs: second * 1_000, scale: 3, nodes, silent: 0 }, policy, memory);
    assert.deepEqual(result.steps, [], result.why);
    memory = result.memory;
  }
  const evened = planFor(8, (second) => ({
    nodes: nodesOf([450, 450, 60 * second]),
  }));
  assert.deepEqual(
    evened.steps.filter((step) => step.do === 'scale'),
    [],
    evened.why,
  );
});

test('those who move count once, though they are on two nodes: the one that they leave is not called back for them', () => {
  const victim = { node: 'n2', bootEpoch: 3, sinceMs: 0, removed: false };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 450 }), fc.integer({ min: 0, max: 450 }), (moved, arrived) => {
      // 1,350 of three nodes with room for 2,250 fit two with room for 1,500; of 450 some have a place, some of them are there.
      const leaving = Math.max(moved, arrived);
      const there = Math.min(moved, arrived);
      const nodes = nodesOf([450 + there, 450, 450], { reserved: 0 });
      nodes[1]!.reserved = leaving - there;
      Object.assign(nodes[2]!, { order: 'drain', state: 'draining', leaving });
      const { steps, why } = plan({ nowMs: 1_000, scale: 3, nodes, silent: 0 }, policy, { victim });
      assert.deepEqual(steps, [], why);
    }),
  );
});

test('the fleet grows by half in 30 s at most, whatever is wanted', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 20, maxLength: 60 }),
      (pods, loads) => {
        let memory: PlanMemory = {};
        let scale = pods;
        const past: { atMs: number; scale: number }[] = [];
        loads.forEach((load, at) => {
          const nowMs = at * 2_000;
          past.push({ atMs: nowMs, scale });
          const nodes = nodesOf(new Array<number>(scale).fill(Math.min(1_000, load)));
          const { steps, memory: next } = plan({ nowMs, scale, nodes, silent: 0 }, policy, memory);
          memory = next;
          for (const step of steps) if (step.do === 'scale') scale = step.to;
          const before = Math.min(
            ...past.filter(({ atMs }) => nowMs - atMs < 30_000).map((then) => then.scale),
          );
          assert.ok(scale <= Math.max(before + 1, Math.ceil(before * 1.5)), `${before} → ${scale}`);
        });
      },
    ),
  );
});

test('a fleet that has just got its least number grows as soon as more is wanted', () => {
  const first = plan({ nowMs: 0, scale: 1, nodes: nodesOf([0]), silent: 0 }, policy, {});
  assert.deepEqual(first.steps, [{ do: 'scale', to: 2 }]);
  const next = plan({ nowMs: 4_000, scale: 2, nodes: nodesOf([800, 800]), silent: 0 }, policy, first.memory);
  assert.deepEqual(next.steps, [{ do: 'scale', to: 3 }], next.why);
});

test('nothing is begun during a rollout or while a node is silent, unless hardly anybody more fits in', () => {
  const busy = nodesOf([800, 800, 800]);
  assert.deepEqual(planFor(0, () => ({ nodes: busy })).steps, [{ do: 'scale', to: 4 }]);
  const silent = planFor(0, () => ({ nodes: busy, silent: 1 }));
  assert.deepEqual([silent.steps, silent.why], [[], 'nodes that do not report: 1; nothing is changed']);
  const rolling = [...busy, { ...nodesOf([0])[0]!, name: 'new' }];
  const { steps, why } = planFor(0, () => ({ nodes: rolling, scale: 3 }));
  assert.deepEqual([steps, why], [[], 'a rollout is under way: nothing is changed']);
  const full = nodesOf([990, 980, 970]);
  assert.deepEqual(planFor(0, () => ({ nodes: full, silent: 1 })).steps, [{ do: 'scale', to: 4 }]);
  const uneven = nodesOf([700, 100, 100]);
  assert.deepEqual(planFor(4_000, () => ({ nodes: uneven, silent: 1 })).steps, []);
});

test('a node that an operator holds back does not count, and none is taken away meanwhile', () => {
  const held = nodesOf([600, 600, 100]);
  Object.assign(held[2]!, { order: 'cordon', state: 'cordoned' });
  assert.deepEqual(planFor(0, () => ({ nodes: held })).steps, []);
  held[0]!.connections = 900;
  assert.deepEqual(planFor(0, () => ({ nodes: held })).steps, [{ do: 'scale', to: 4 }]);
  const calm = nodesOf([10, 10, 10]);
  Object.assign(calm[2]!, { order: 'cordon', state: 'cordoned' });
  assert.deepEqual(planFor(4_000, () => ({ nodes: calm })).steps, []);
});

/** A fleet whose sessions move as they are told, on to the least loaded nodes. */
function even(counts: number[], seconds: number): { counts: number[]; worstBudget: number; moves: number } {
  let memory: PlanMemory = {};
  let [moves, worstBudget] = [0, 0];
  const nodes = nodesOf(counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let second = 0; second <= seconds; second += 2) {
    const nowMs = second * 1_000;
    const result = plan({ nowMs, scale: nodes.length, nodes, silent: 0 }, policy, memory);
    memory = result.memory;
    let now = 0;
    for (const step of result.steps) {
      if (step.do !== 'move') continue;
      now += step.sessions;
      for (let session = 0; session < step.sessions; session++) {
        nodes.find(({ name }) => name === step.node)!.connections--;
        // At worst the emptiest ones take nobody for a moment.
        const others = nodes.filter(({ name }) => name !== step.node && !step.avoid.includes(name));
        others.toSorted((a, b) => b.connections - a.connections)[0]!.connections++;
      }
    }
    moves += now;
    worstBudget = Math.max(worstBudget, now / total);
  }
  return { counts: nodes.map(({ connections }) => connections), worstBudget, moves };
}

test('after a scale-out sessions are moved until all nodes are within a tenth of the mean, within the budget', () => {
  const out = even([500, 500, 0, 0, 0], 180);
  const mean = 200;
  for (const count of out.counts) assert.ok(Math.abs(count - mean) <= 0.1 * mean, `${out.counts}`);
  assert.ok(out.worstBudget <= (policy.rebalanceShare * 5) / 60);
  assert.ok(out.moves <= 600, 'no more than have to');
  assert.equal(even([210, 190, 200], 60).moves, 0, 'even enough');
});

test('a node that comes to many gets its share, though each of them has but a little too much', () => {
  for (const before of [4, 9]) {
    const { counts } = even([...new Array<number>(before).fill(500), 0], 280);
    const mean = (500 * before) / (before + 1);
    for (const count of counts) assert.ok(Math.abs(count - mean) <= 0.1 * mean, `${counts}`);
  }
});

test('a few sessions are a lot where a node takes few', () => {
  const nodes = nodesOf([9, 9, 0], { capacity: 10 });
  const result = plan({ nowMs: 0, scale: 3, nodes, silent: 0 }, { ...policy, headroom: 0 }, {});
  assert.deepEqual(
    result.steps.map((step) => step.do === 'move' && [step.node, step.avoid]),
    [
      ['n0', ['n1']],
      ['n1', ['n0']],
    ],
  );
});

test('an uneven fleet is evened out whatever it looks like, and then left alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 8 }), (counts) => {
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      const out = even(counts, 280);
      const most = Math.max(...out.counts);
      const isLow = Math.max(...counts) > 0.75 * 1_000;
      assert.ok(isLow || most <= Math.max(mean * 1.15, mean + 11), `${counts} → ${out.counts}`);
    }),
    { numRuns: 60 },
  );
});

test('while many come they even out the fleet by themselves: nobody is moved before they have', () => {
  const nodes = nodesOf([500, 500, 0], { capacity: 10_000 });
  const at = (used: number) => {
    const samples = [{ atMs: 0, used, nodes: 3 }];
    return plan({ nowMs: 10_000, scale: 3, nodes, silent: 0 }, policy, { samples });
  };
  assert.deepEqual(at(900).steps, [], 'ten a second');
  assert.ok(at(990).steps.length > 0, 'one a second');
});

test('once even, the fleet is left to placement until another node comes', () => {
  let memory: PlanMemory = {};
  const at = (nowMs: number, nodes: PlanNode[]) => {
    const result = plan({ nowMs, scale: nodes.length, nodes, silent: 0 }, policy, memory);
    memory = result.memory;
    return result.steps.filter((step) => step.do === 'move').length;
  };
  assert.equal(at(0, nodesOf([200, 200])), 0);
  assert.equal(at(2_000, nodesOf([300, 100])), 0, 'who left, left');
  assert.equal(at(4_000, nodesOf([200, 200, 0])), 2);
});

test('the oldest version goes first, then whoever is in the fullest zone, then who has the fewest people', () => {
  const named = (nodes: Partial<PlanNode>[]) =>
    nextVictim(nodes.map((node, at) => ({ ...nodesOf([100])[0]!, name: `n${at}`, ...node }))).name;
  assert.equal(
    named([
      { version: '1.10.0', connections: 1 },
      { version: '1.9.0', connections: 500 },
    ]),
    'n1',
  );
  assert.equal(named([{ zone: 'a', connections: 1 }, { zone: 'b' }, { zone: 'b', connections: 50 }]), 'n2');
  assert.equal(named([{ connections: 7 }, { connections: 3 }, { connections: 5 }]), 'n1');
});
