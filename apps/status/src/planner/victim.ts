import type { PlanReason } from '@berth/wire/operators';
import type { NodeOrder } from '../placement/node-record.ts';
import { because } from './plan-reasons.ts';
import type { PlanMemory, PlanNode, PlanPolicy, PlanSnapshot, PlanStep, Victim } from './plan-types.ts';

/** The next step with the pod that leaves: cordoned, draining, empty, gone. */
export function emptyVictim(
  { nowMs, scale }: PlanSnapshot,
  policy: PlanPolicy,
  victim: PlanNode,
  memory: PlanMemory,
): { steps: PlanStep[]; memory: PlanMemory; reason: PlanReason } {
  const { removed, sinceMs } = memory.victim!;
  const { name, connections } = victim;
  const late = nowMs - sinceMs > policy.drainMs;
  if (removed && !late) return { steps: [], memory, reason: because('removed', { node: name }) };
  // It says itself that it takes nobody any more, so that empty means empty for good.
  const empty = victim.state !== 'ready' && connections === 0 && victim.reserved === 0;
  if (empty && !removed) {
    return {
      steps: [{ do: 'remove', node: name, to: scale - 1 }],
      memory: { ...memory, victim: { ...memory.victim!, removedFrom: scale } },
      reason: because('remove', { node: name, from: scale, to: scale - 1 }),
    };
  }
  if (late) {
    const rest = { ...memory, victim: undefined, calmSinceMs: undefined, evening: undefined };
    const reason = because('late', { node: name, seconds: Math.round(policy.drainMs / 1_000) });
    return { steps: [orderOf(victim, 'none')], memory: rest, reason };
  }
  if (victim.order === 'none')
    return { steps: [orderOf(victim, 'cordon')], memory, reason: because('cordon', { node: name }) };
  if (victim.order === 'cordon' && victim.state === 'cordoned')
    return {
      steps: [orderOf(victim, 'drain')],
      memory,
      reason: because('drain', { node: name, sessions: connections }),
    };
  return { steps: [], memory, reason: because('draining', { node: name, sessions: connections }) };
}

/** Once the scale is another than it was to be lowered from, it was lowered. */
export const withOutcome = (victim: Victim, scale: number): Victim =>
  victim.removedFrom !== undefined && scale !== victim.removedFrom ? { ...victim, removed: true } : victim;

/**
 * The one to go: of the oldest version, so that a rollout that was halted goes on; in the zone with the most pods, so that
 * zones stay even; with the fewest people to move; of several the youngest.
 */
export function nextVictim(nodes: readonly PlanNode[]): PlanNode {
  const inZone = (node: PlanNode) => nodes.filter(({ zone }) => zone === node.zone).length;
  return nodes.toSorted(
    (a, b) =>
      a.version.localeCompare(b.version, 'en', { numeric: true }) ||
      inZone(b) - inZone(a) ||
      a.connections + a.reserved - (b.connections + b.reserved) ||
      b.bootEpoch - a.bootEpoch,
  )[0]!;
}

export const orderOf = (node: PlanNode, order: NodeOrder): PlanStep => ({
  do: 'order',
  node: node.name,
  bootEpoch: node.bootEpoch,
  order,
});
