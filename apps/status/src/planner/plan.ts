import type { NodeOrder, NodeStateName } from '../placement/node-record.ts';

export interface PlanPolicy {
  /** Pods, at least and at most. */
  min: number;
  max: number;
  /** Part of the fleet's capacity that is kept free. */
  headroom: number;
  /** How long one pod fewer must have been enough before one is taken away. */
  calmMs: number;
  /** A pod that is not empty after this long goes back to work. */
  drainMs: number;
}

export const defaultPlanPolicy: PlanPolicy = {
  min: 2,
  max: 10,
  headroom: 0.25,
  calmMs: 600_000,
  drainMs: 900_000,
};

export interface PlanNode {
  name: string;
  bootEpoch: number;
  connections: number;
  reserved: number;
  capacity: number;
  /** As the node reports it. */
  state: NodeStateName;
  /** As it was ordered. */
  order: NodeOrder;
}

export interface PlanSnapshot {
  nowMs: number;
  /** Pods that are asked for. */
  scale: number;
  /** Those that are there. */
  nodes: readonly PlanNode[];
}

/** What the planner has to remember from one plan to the next. */
export interface PlanMemory {
  /** Since when one pod fewer has been enough without a break. */
  calmSinceMs?: number | undefined;
  victim?: Victim | undefined;
}

/** The pod that is being emptied. */
export interface Victim {
  node: string;
  bootEpoch: number;
  sinceMs: number;
  /** The scale that was to be lowered for it; while it stands, that has not happened. */
  removedFrom?: number;
  /** The scale was lowered: it has yet to go. */
  removed: boolean;
}

export type PlanStep =
  | { do: 'scale'; to: number }
  | { do: 'order'; node: string; bootEpoch: number; order: NodeOrder }
  /** Mark this empty node's pod as the first to go, then lower the scale by one. */
  | { do: 'remove'; node: string; to: number };

export interface Plan {
  steps: PlanStep[];
  memory: PlanMemory;
  /** Pods that the present load wants. */
  wanted: number;
}

/** Room that must be left over after a scale-in, so that it is not followed by a scale-out. */
const calmShare = 0.9;

/**
 * What to do now: out at once when connections, reservations and headroom need more pods; in only after a long calm,
 * one pod at a time: cordon, drain, and when it is empty take just that pod away. Pure.
 */
export function plan(snapshot: PlanSnapshot, policy: PlanPolicy, memory: PlanMemory): Plan {
  const { nowMs, scale, nodes } = snapshot;
  const known = memory.victim && withOutcome(memory.victim, scale);
  const victim =
    known && nodes.find((node) => node.name === known.node && node.bootEpoch === known.bootEpoch);
  const kept: PlanMemory = { calmSinceMs: memory.calmSinceMs, victim: victim && known };
  const needed = (share: number) => podsFor(nodes, policy.headroom, share);
  const wanted = Math.min(policy.max, Math.max(policy.min, needed(1)));
  const leaving = victim && !known!.removed;
  const serving = scale - (leaving ? 1 : 0);

  if (wanted > serving) {
    const steps: PlanStep[] = leaving ? [orderOf(victim, 'none')] : [];
    if (wanted > scale) steps.push({ do: 'scale', to: wanted });
    return { steps, wanted, memory: { victim: leaving ? undefined : kept.victim } };
  }
  if (victim) return { ...emptyVictim(snapshot, policy, victim, kept), wanted };

  const enoughWithout = serving > policy.min && needed(calmShare) <= serving - 1;
  if (!enoughWithout) return { steps: [], wanted, memory: {} };
  const calmSinceMs = memory.calmSinceMs ?? nowMs;
  const next = nowMs - calmSinceMs >= policy.calmMs && isSettled(snapshot) ? leastUsed(nodes) : undefined;
  if (!next) return { steps: [], wanted, memory: { calmSinceMs } };
  return {
    steps: [orderOf(next, 'cordon')],
    wanted,
    memory: {
      calmSinceMs,
      victim: { node: next.name, bootEpoch: next.bootEpoch, sinceMs: nowMs, removed: false },
    },
  };
}

/** The next step with the pod that leaves: cordoned, draining, empty, gone. */
function emptyVictim(
  { nowMs, scale }: PlanSnapshot,
  policy: PlanPolicy,
  victim: PlanNode,
  memory: PlanMemory,
): { steps: PlanStep[]; memory: PlanMemory } {
  const { removed, sinceMs } = memory.victim!;
  const late = nowMs - sinceMs > policy.drainMs;
  if (removed && !late) return { steps: [], memory };
  // It says itself that it takes nobody any more, so that empty means empty for good.
  const empty = victim.state !== 'ready' && victim.connections === 0 && victim.reserved === 0;
  if (empty && !removed) {
    return {
      steps: [{ do: 'remove', node: victim.name, to: scale - 1 }],
      memory: { ...memory, victim: { ...memory.victim!, removedFrom: scale } },
    };
  }
  if (late) return { steps: [orderOf(victim, 'none')], memory: {} };
  if (victim.order === 'none') return { steps: [orderOf(victim, 'cordon')], memory };
  if (victim.order === 'cordon' && victim.state === 'cordoned')
    return { steps: [orderOf(victim, 'drain')], memory };
  return { steps: [], memory };
}

/** Once the scale is another than it was to be lowered from, it was lowered. */
const withOutcome = (victim: Victim, scale: number): Victim =>
  victim.removedFrom !== undefined && scale !== victim.removedFrom ? { ...victim, removed: true } : victim;

/** Pods of the present kind for the present load; `share` of what may be used of each is counted on. */
function podsFor(nodes: readonly PlanNode[], headroom: number, share: number): number {
  const capacity = nodes.reduce((sum, node) => sum + node.capacity, 0);
  if (capacity === 0) return 0;
  const used = nodes.reduce((sum, node) => sum + node.connections + node.reserved, 0);
  return Math.ceil(used / ((capacity / nodes.length) * (1 - headroom) * share));
}

/** Every pod that is asked for is there and serves: no rollout, no pod starting or going. */
const isSettled = ({ nodes, scale }: PlanSnapshot): boolean =>
  nodes.length === scale && nodes.every((node) => node.state === 'ready' && node.order === 'none');

/** The fewest people to move; of several the youngest. */
const leastUsed = (nodes: readonly PlanNode[]): PlanNode | undefined =>
  nodes.toSorted(
    (a, b) => a.connections + a.reserved - (b.connections + b.reserved) || b.bootEpoch - a.bootEpoch,
  )[0];

const orderOf = (node: PlanNode, order: NodeOrder): PlanStep => ({
  do: 'order',
  node: node.name,
  bootEpoch: node.bootEpoch,
  order,
});
