import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plan } from './plan.ts';
import { defaultPlanPolicy, type PlanMemory, type PlanNode, type PlanStep } from './plan-types.ts';

const policy = { ...defaultPlanPolicy, min: 2, max: 10 };
const minute = 60_000;
const nodesOf = (counts: number[], more: Partial<PlanNode> = {}): PlanNode[] =>
  counts.map((connections, at) => ({
    ...{ name: `n${at}`, bootEpoch: at + 1, connections, reserved: 0, capacity: 1_000 },
    ...{ state: 'ready', order: 'none', zone: '', version: '1' },
    ...more,
  }));
const planOf = (
  nodes: PlanNode[],
  { scale = nodes.length, nowMs = 0, memory = {} as PlanMemory, silent = 0 } = {},
) => plan({ nowMs, scale, nodes, silent }, policy, memory);

test('out to what connections, reservations and headroom need', () => {
  assert.deepEqual(planOf(nodesOf([700, 700])).steps, []);
  assert.deepEqual(planOf(nodesOf([760, 760])).steps, [{ do: 'scale', to: 3 }]);
  assert.deepEqual(planOf(nodesOf([700, 700], { reserved: 100 })).steps, [{ do: 'scale', to: 3 }]);
  assert.deepEqual(planOf(nodesOf([1_000, 1_000, 1_000])).steps, [{ do: 'scale', to: 4 }]);
});

test('pods that are on their way are counted, so that a slow start is not asked for twice', () => {
  assert.deepEqual(planOf(nodesOf([760, 760]), { scale: 3 }).steps, []);
});

test('never beyond the limits', () => {
  assert.deepEqual(planOf(nodesOf(new Array<number>(10).fill(1_000))).steps, []);
  assert.deepEqual(planOf(nodesOf([]), { scale: 0 }).steps, [{ do: 'scale', to: 2 }]);
});

test('in only after ten calm minutes, the least used one first, cordoned, drained, then removed', () => {
  const nodes = nodesOf([210, 200, 190]);
  let { steps, memory } = planOf(nodes, { nowMs: 0 });
  assert.deepEqual(steps, []);
  ({ steps, memory } = planOf(nodes, { nowMs: 10 * minute - 1, memory }));
  assert.deepEqual(steps, []);
  ({ steps, memory } = planOf(nodes, { nowMs: 10 * minute, memory }));
  assert.deepEqual(steps, [{ do: 'order', node: 'n2', bootEpoch: 3, order: 'cordon' }]);
  Object.assign(nodes[2]!, { order: 'cordon' });
  ({ steps, memory } = planOf(nodes, { nowMs: 10 * minute + 1, memory }));
  assert.deepEqual(steps, [], 'it has not said yet that it is cordoned');
  Object.assign(nodes[2]!, { state: 'cordoned' });
  ({ steps, memory } = planOf(nodes, { nowMs: 10 * minute + 2, memory }));
  assert.deepEqual(steps, [{ do: 'order', node: 'n2', bootEpoch: 3, order: 'drain' }]);
  Object.assign(nodes[2]!, { order: 'drain', state: 'draining', connections: 1 });
  ({ steps, memory } = planOf(nodes, { nowMs: 11 * minute, memory }));
  assert.deepEqual(steps, [], 'one is still on it');
  nodes[2]!.connections = 0;
  ({ steps, memory } = planOf(nodes, { nowMs: 12 * minute, memory }));
  assert.deepEqual(steps, [{ do: 'remove', node: 'n2', to: 2 }]);
  ({ steps, memory } = planOf(nodes, { nowMs: 12 * minute + 1, memory }));
  assert.deepEqual(steps, [{ do: 'remove', node: 'n2', to: 2 }], 'the scale still stands: once more');
  ({ steps, memory } = planOf(nodes, { nowMs: 13 * minute, scale: 2, memory }));
  assert.deepEqual(steps, [], 'it is on its way out');
  const { steps: grown } = planOf(nodes, { nowMs: 13 * minute, scale: 3, memory });
  assert.deepEqual(grown, [], 'and is not removed twice, though somebody raised the scale again');
  ({ steps, memory } = planOf(nodes.slice(0, 2), { nowMs: 14 * minute, memory }));
  assert.deepEqual([steps, memory.victim], [[], undefined]);
});

test('a moment without room for one pod fewer begins the calm anew', () => {
  const { memory } = planOf(nodesOf([210, 200, 190]), { nowMs: 0 });
  const busy = planOf(nodesOf([500, 500, 500]), { nowMs: 9 * minute, memory });
  assert.equal(busy.memory.calmSinceMs, undefined);
  assert.deepEqual(planOf(nodesOf([210, 200, 190]), { nowMs: 10 * minute, memory: busy.memory }).steps, []);
});

test('a pod that is leaving goes back to work before a new one is asked for', () => {
  const nodes = nodesOf([760, 760, 100]);
  Object.assign(nodes[2]!, { state: 'draining', order: 'drain' });
  const memory = { victim: { node: 'n2', bootEpoch: 3, sinceMs: 0, removed: false } };
  const back = planOf(nodes, { memory });
  assert.deepEqual(back.steps, [{ do: 'order', node: 'n2', bootEpoch: 3, order: 'none' }]);
  assert.equal(back.memory.victim, undefined);
});

test('nothing is taken away during a rollout or while a pod is missing', () => {
  const memory = { calmSinceMs: 0 };
  const rolling = nodesOf([100, 100, 100, 0]);
  Object.assign(rolling[3]!, { state: 'draining' });
  assert.deepEqual(planOf(rolling, { nowMs: 20 * minute, scale: 3, memory }).steps, []);
  assert.deepEqual(planOf(nodesOf([100, 100]), { nowMs: 20 * minute, scale: 3, memory }).steps, []);
});

test('a drain that does not end is given up', () => {
  const nodes = nodesOf([100, 100, 100]);
  Object.assign(nodes[2]!, { state: 'draining', order: 'drain' });
  const memory = { calmSinceMs: 0, victim: { node: 'n2', bootEpoch: 3, sinceMs: 0, removed: false } };
  const { steps } = planOf(nodes, { nowMs: policy.drainMs + 1, memory });
  assert.deepEqual(steps, [{ do: 'order', node: 'n2', bootEpoch: 3, order: 'none' }]);
});

test('an order that Redis forgot is given again', () => {
  const memory = { calmSinceMs: 0, victim: { node: 'n2', bootEpoch: 3, sinceMs: 0, removed: false } };
  const { steps } = planOf(nodesOf([100, 100, 100]), { nowMs: minute, memory });
  assert.deepEqual(steps, [{ do: 'order', node: 'n2', bootEpoch: 3, order: 'cordon' }]);
});

/** A cluster that does what it is told, pods starting in 30 s and draining in a minute. */
class Cluster {
  nodes: PlanNode[];
  scale: number;
  nowMs = 0;
  #starting: number[] = [];
  #boots = 100;

  constructor(pods: number) {
    this.scale = pods;
    this.nodes = nodesOf(new Array<number>(pods).fill(0));
  }

  /** Spreads the people over the nodes that take them; those on leaving ones go there bit by bit. */
  pass(ms: number, people: number): void {
    this.nowMs += ms;
    for (const readyAt of this.#starting.filter((at) => at <= this.nowMs)) {
      this.#starting.splice(this.#starting.indexOf(readyAt), 1);
      this.nodes.push({ ...nodesOf([0])[0]!, name: `p${this.#boots}`, bootEpoch: this.#boots++ });
    }
    const open = this.nodes.filter((node) => node.order === 'none');
    for (const node of this.nodes) {
      if (node.order === 'drain')
        node.connections = Math.max(0, node.connections - Math.ceil((ms / minute) * 1_000));
      node.state = ({ none: 'ready', cordon: 'cordoned', drain: 'draining' } as const)[node.order];
    }
    const elsewhere = this.nodes
      .filter((node) => node.order !== 'none')
      .reduce((sum, node) => sum + node.connections, 0);
    for (const node of open) node.connections = Math.max(0, Math.floor((people - elsewhere) / open.length));
  }

  carryOut(step: PlanStep): void {
    if (step.do === 'order') this.nodes.find((node) => node.name === step.node)!.order = step.order;
    if (step.do === 'remove') this.nodes = this.nodes.filter((node) => node.name !== step.node);
    if (step.do !== 'scale' && step.do !== 'remove') return;
    for (let pod = this.scale; pod < step.to; pod++) this.#starting.push(this.nowMs + 30_000);
    this.scale = step.to;
  }
}

test('whatever the load does, no pod with people on it is taken away, and no more than one at a time', () => {
  const loads = fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(loads, (phases) => {
      const cluster = new Cluster(3);
      let memory: PlanMemory = {};
      let calmTicks = 0;
      const scales = [3, 3, 3];
      for (const people of phases) {
        for (let tick = 0; tick < 120; tick++) {
          cluster.pass(10_000, people);
          const { nowMs, scale, nodes } = cluster;
          const result = plan({ nowMs, scale, nodes, silent: 0 }, policy, memory);
          memory = result.memory;
          assert.ok(result.wanted >= policy.min && result.wanted <= policy.max);
          assert.ok(result.steps.filter(({ do: what }) => what === 'scale' || what === 'remove').length <= 1);
          for (const step of result.steps) {
            if (step.do === 'remove') {
              const victim = nodes.find((node) => node.name === step.node)!;
              assert.equal(victim.connections + victim.reserved, 0, 'empty');
              assert.equal(step.to, scale - 1, 'one at a time');
              assert.ok(step.to >= policy.min);
            }
            if (step.do === 'scale') assert.ok(step.to > scale && step.to <= policy.max);
            if (step.do === 'order' && step.order === 'cordon')
              assert.ok(calmTicks >= 60, 'ten calm minutes');
            cluster.carryOut(step);
          }
          calmTicks = result.wanted < scale ? calmTicks + 1 : 0;
          const leaving = cluster.nodes.filter((node) => node.order !== 'none').length;
          assert.ok(leaving <= 1);
          const before = Math.min(...scales.slice(-3));
          assert.ok(cluster.scale <= Math.max(before + 1, Math.ceil(before * 1.5)), 'by half in 30 s');
          scales.push(cluster.scale);
          const isShort = cluster.scale - leaving < Math.min(policy.max, result.wanted);
          assert.ok(!isShort || cluster.scale > before, 'out as far as may be');
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a load that stays is answered by a fleet of the right size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_000 }), fc.integer({ min: 2, max: 10 }), (people, pods) => {
      const cluster = new Cluster(pods);
      let memory: PlanMemory = {};
      for (let tick = 0; tick < 1_500; tick++) {
        cluster.pass(10_000, people);
        const { nowMs, scale, nodes } = cluster;
        const result = plan({ nowMs, scale, nodes, silent: 0 }, policy, memory);
        memory = result.memory;
        for (const step of result.steps) cluster.carryOut(step);
      }
      // Spread over whole people, some of the last few are nowhere.
      const least = Math.max(2, Math.ceil((people - 10) / 750));
      assert.ok(cluster.scale >= least && cluster.scale <= Math.max(2, Math.ceil(people / 675)) + 1);
      assert.equal(cluster.nodes.length, cluster.scale);
    }),
    { numRuns: 40 },
  );
});
