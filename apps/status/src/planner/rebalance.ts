import type { Evening, PlanNode, PlanPolicy, PlanSnapshot, PlanStep } from './plan-types.ts';

/** The fleet is evened out when a node is so far above or below the mean, as one is that has just come to many… */
const beginShares = { above: 0.15, below: 0.3 };
/** …until all are as near as this. */
const endShares = { above: 0.05, below: 0.08 };
/** What so few sessions more or less, or such a part of its capacity, do to a node is nothing. */
const leastSessions = 10;
const leastShare = 0.05;
/** Sessions that were told to move have moved, and been reported, within this. */
const moveEveryMs = 5_000;
/** Then the rest stays where it is: of clients that cannot move without a break. */
const giveUpMs = 300_000;

/** Of the nodes that are to get nobody, so many are named. */
const maxAvoid = 15;

/**
 * Moves from the fullest nodes, within the budget, until all are near the mean. Once they are it is left to placement, until
 * another node has come or is back.
 */
export function evenOut(
  { nowMs, nodes }: PlanSnapshot,
  policy: PlanPolicy,
  evening: Evening | undefined,
): { steps: PlanStep[]; evening: Evening } {
  const fleet = `${nodes.length} ${Math.max(0, ...nodes.map((node) => node.bootEpoch))}`;
  const begun = evening?.fleet === fleet ? evening : undefined;
  const movedAtMs = evening?.movedAtMs;
  const done = { fleet, isDone: true, ...(movedAtMs !== undefined && { movedAtMs }) };
  if (begun?.isDone || policy.rebalanceShare === 0) return { steps: [], evening: done };
  const total = nodes.reduce((sum, node) => sum + node.connections, 0);
  const capacity = nodes.reduce((sum, node) => sum + node.capacity, 0);
  const sinceMs = begun?.sinceMs ?? nowMs;
  const mean = (node: PlanNode) => (total * node.capacity) / capacity;
  const excess = (node: PlanNode) => node.connections - mean(node);
  const far = begun?.sinceMs === undefined ? beginShares : endShares;
  const least = (node: PlanNode, share: number) =>
    Math.max(1, Math.min(leastSessions, leastShare * node.capacity), share * mean(node));
  const fullest = nodes.filter((node) => excess(node) > least(node, far.above));
  const isOneEmpty = nodes.some((node) => -excess(node) > least(node, far.below));
  // What one node lacks may be a little too much on each of many.
  const uneven = fullest.length === 0 && isOneEmpty ? nodes.filter((node) => excess(node) > 0) : fullest;
  if (uneven.length === 0 || nowMs - sinceMs > giveUpMs) return { steps: [], evening: done };
  if (begun?.movedAtMs !== undefined && nowMs - begun.movedAtMs < moveEveryMs)
    return { steps: [], evening: begun };
  const budget = Math.max(1, Math.floor((policy.rebalanceShare * total * moveEveryMs) / 60_000));
  const share = Math.min(1, budget / uneven.reduce((sum, node) => sum + excess(node), 0));
  // When the emptiest takes nobody for a moment, the next one must not be one that is too full itself.
  const full = nodes
    .filter((node) => excess(node) >= 0)
    .sort((a, b) => excess(b) - excess(a))
    .map((node) => node.name);
  const steps = uneven.map(
    (node): PlanStep => ({
      ...{ do: 'move', node: node.name, bootEpoch: node.bootEpoch },
      sessions: Math.max(1, Math.floor(share * excess(node))),
      avoid: full.filter((name) => name !== node.name).slice(0, maxAvoid),
    }),
  );
  return { steps, evening: { fleet, isDone: false, sinceMs, movedAtMs: nowMs } };
}
