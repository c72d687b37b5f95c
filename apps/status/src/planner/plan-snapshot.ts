import { nodeOrders, nodeStates } from '../placement/node-record.ts';
import type { FleetSnapshot, KnownNode } from '../registry/registry.ts';
import type { PlanNode, PlanSnapshot } from './plan-types.ts';

/** A node that is there says something within this, its reports being a second apart. */
const reportMs = 4_000;
/** Those who were on a node that was lost have come back elsewhere within this. */
const lostMs = 30_000;

/** The fleet as the planner looks at it. */
export function snapshotOf({ nowMs, nodes }: FleetSnapshot, scale: number): PlanSnapshot {
  const listed = nodes.filter((node) => node.standing === 'listed');
  const isSilent = (node: KnownNode) =>
    node.standing === 'listed'
      ? node.suspect || nowMs - node.reportedAtMs > reportMs
      : node.standing === 'lost' && nowMs - node.leaseUntilMs < lostMs;
  return { nowMs, scale, nodes: listed.map(planNodeOf), silent: nodes.filter(isSilent).length };
}

const stateNames = { 1: 'ready', 2: 'cordoned', 3: 'draining' } as const;
const orderNames = { 0: 'none', 1: 'cordon', 2: 'drain' } as const;

function planNodeOf(node: KnownNode): PlanNode {
  return {
    name: node.name,
    bootEpoch: node.epoch,
    connections: node.connections,
    reserved: node.reserved,
    leaving: node.leaving,
    capacity: node.capacity,
    state: stateNames[(node.state || nodeStates.ready) as 1],
    order: orderNames[(node.order || nodeOrders.none) as 0],
    zone: node.zone,
    version: node.version,
  };
}
