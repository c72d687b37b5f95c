import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barOf } from '../admission.ts';
import { choose } from '../choose.ts';
import { loadOf, type NodeRecord } from '../node-record.ts';
import { defaultRules } from '../rules.ts';
import { strategies } from './strategies.ts';
import type { Wish } from './strategy.ts';

const nowMs = 1_800_000_000_000;
const rules = defaultRules;

const nodeArbitrary = fc.record({
  capacity: fc.integer({ min: 1, max: 1_000 }),
  part: fc.double({ min: 0, max: 1.2, noNaN: true }),
  reserved: fc.integer({ min: 0, max: 5 }),
  zone: fc.constantFrom('', 'x', 'y'),
  state: fc.constantFrom(1, 1, 1, 2, 3),
  suspect: fc.constantFrom(false, false, true),
  leaseMs: fc.constantFrom(4_000, 4_000, 4_000, 0, -1),
  tokenMs: fc.constantFrom(-1, -1, 500),
});
const nodesArbitrary = fc.array(nodeArbitrary, { maxLength: 30 }).map((nodes) =>
  nodes.map(
    ({ capacity, part, reserved, zone, state, suspect, leaseMs, tokenMs }, at): NodeRecord => ({
      ...{
        name: `n${at}`,
        epoch: 1,
        sequence: 1,
        capacity,
        reserved,
        leaving: 0,
        zone,
        state,
        suspect,
        version: '',
        order: 0,
      },
      connections: Math.floor(part * capacity),
      leaseUntilMs: nowMs + leaseMs,
      ...{ rate: 250, fullAtMs: nowMs + tokenMs, claims: 0, misses: 0, suspendedUntilMs: 0, helloRate: 0 },
      ...{ loopDelayP99Ms: 5, freeMemoryBytes: 1, reportedAtMs: nowMs },
    }),
  ),
);
const wishArbitrary: fc.Arbitrary<Wish> = fc.record({
  userId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  deviceClass: fc.constantFrom('web', 'phone'),
  zone: fc.constantFrom('', '', 'x', 'y'),
  version: fc.constant(''),
  avoid: fc.uniqueArray(
    fc.integer({ min: 0, max: 29 }).map((at) => `n${at}`),
    { maxLength: 4 },
  ),
});
const draw = fc.double({ min: 0, max: 0.999_999, noNaN: true });

for (const strategy of Object.values(strategies)) {
  const run = (nodes: readonly NodeRecord[], wish: Wish, random: number) => {
    const open = nodes.filter((node) => !barOf(node, rules, nowMs));
    const preference = strategy.prefer?.(wish, open, () => random, rules);
    return choose(nodes, wish, strategy, rules, nowMs, preference);
  };
  const property = (check: (nodes: NodeRecord[], wish: Wish, random: number) => void) =>
    fc.assert(fc.property(nodesArbitrary, wishArbitrary, draw, check), { numRuns: 300 });

  test(`${strategy.name}: chooses only a node that is there, ready, not avoided and below capacity`, () => {
    property((nodes, wish, random) => {
      const { node } = run(nodes, wish, random);
      if (!node) return;
      assert.equal(barOf(node, rules, nowMs), undefined);
      assert.ok(!wish.avoid.includes(node.name));
      assert.ok(node.connections + node.reserved < node.capacity);
      assert.ok(node.leaseUntilMs > nowMs && node.state === 1 && !node.suspect);
    });
  });

  test(`${strategy.name}: refuses only when no node is admissible`, () => {
    property((nodes, wish, random) => {
      const admissible = nodes.filter(
        (node) => !barOf(node, rules, nowMs) && !wish.avoid.includes(node.name),
      );
      assert.equal(run(nodes, wish, random).node !== undefined, admissible.length > 0);
    });
  });

  test(`${strategy.name}: the same fleet, wish and draw give the same node, in whatever order the nodes are listed`, () => {
    property((nodes, wish, random) => {
      if (strategy.name === 'p2c') return;
      const chosen = run(nodes, wish, random).node?.name;
      assert.equal(run([...nodes].reverse(), wish, random).node?.name, chosen);
    });
  });

  test(`${strategy.name}: tells at most K and one for each avoided node as skipped, and never the chosen one`, () => {
    property((nodes, wish, random) => {
      const { node, skips } = run(nodes, wish, random);
      assert.ok(skips.length <= rules.looks + wish.avoid.length);
      assert.equal(new Set(skips.map((skip) => skip.node)).size, skips.length);
      assert.ok(!skips.some((skip) => skip.node === node?.name));
    });
  });
}

const fleet = (loads: number[]): NodeRecord[] =>
  loads.map((connections, at) => ({
    ...{
      name: `n${at}`,
      epoch: 1,
      sequence: 1,
      capacity: 100,
      reserved: 0,
      leaving: 0,
      zone: '',
      state: 1,
      suspect: false,
    },
    ...{ version: '', order: 0, connections, leaseUntilMs: nowMs + 1, rate: 250, fullAtMs: 0, claims: 0 },
    ...{
      misses: 0,
      suspendedUntilMs: 0,
      helloRate: 0,
      loopDelayP99Ms: 5,
      freeMemoryBytes: 1,
      reportedAtMs: 0,
    },
  }));
const wishOf = (userId: number): Wish => ({ userId, deviceClass: 'web', zone: '', version: '', avoid: [] });

test('least-connections takes the lowest load', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 40 }), (loads) => {
      const { node } = choose(fleet(loads), wishOf(1), strategies['least-connections'], rules, nowMs);
      assert.equal(node!.connections, Math.min(...loads));
    }),
  );
});

test('packed fills the fullest up to its mark, then goes by the least loaded', () => {
  const chosen = (loads: number[]) =>
    choose(fleet(loads), wishOf(1), strategies.packed, rules, nowMs).node!.connections;
  assert.equal(chosen([10, 60, 84, 90]), 84);
  assert.equal(chosen([0, 0, 1]), 1);
  assert.equal(chosen([85, 95, 90]), 85);
});

test('rendezvous keeps a user on their node as others come and go', () => {
  const { prefer } = strategies.rendezvous;
  const first = (nodes: NodeRecord[], userId: number) =>
    prefer!(wishOf(userId), nodes, Math.random, rules).names[0]!;
  const all = fleet(new Array<number>(20).fill(0));
  const without = all.filter((node) => node.name !== 'n7');
  let on7 = 0;
  for (let userId = 1; userId <= 2_000; userId++) {
    const before = first(all, userId);
    if (before === 'n7') on7 += 1;
    else assert.equal(first(without, userId), before);
  }
  assert.ok(on7 > 50 && on7 < 170, `a twentieth of the users is on each node: ${on7} of 2,000`);
});

test('rendezvous gives a node users in proportion to its capacity', () => {
  const nodes = fleet([0, 0]);
  nodes[1]!.capacity = 300;
  let large = 0;
  for (let userId = 1; userId <= 4_000; userId++) {
    const { names } = strategies.rendezvous.prefer!(wishOf(userId), nodes, Math.random, rules);
    if (names[0] === 'n1') large += 1;
  }
  assert.ok(large > 2_800 && large < 3_200, `about three of four: ${large} of 4,000`);
});

test('p2c takes the less loaded of two drawn', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 20 }),
      draw,
      (loads, random) => {
        const nodes = fleet(loads);
        const preference = strategies.p2c.prefer!(wishOf(1), nodes, () => random, rules);
        assert.equal(new Set(preference.names).size, 2);
        const { node } = choose(nodes, wishOf(1), strategies.p2c, rules, nowMs, preference);
        const drawn = nodes.filter((candidate) => preference.names.includes(candidate.name));
        assert.equal(node!.connections, Math.min(...drawn.map((candidate) => candidate.connections)));
        assert.equal(loadOf(node!), node!.connections / 100);
      },
    ),
  );
});
