import type { FleetAnswer, FleetNode } from '@berth/wire/operators';
import {
  loadOf,
  type NodeStateName,
  nodeOrders,
  nodeStates,
  skipReasonOf,
} from '../placement/node-record.ts';
import type { FleetSnapshot, KnownNode } from '../registry/registry.ts';

export interface FleetContext {
  readFleet(): Promise<FleetSnapshot>;
}

/** GET /v1/fleet: every node that is known, as the registry holds it. Times are ms of Redis' clock. */
export async function fleet({ readFleet }: FleetContext): Promise<FleetAnswer & { version: number }> {
  const snapshot = await readFleet();
  const nodes = snapshot.nodes.map((node) => describe(node, snapshot.nowMs));
  const listed = snapshot.nodes.filter((node) => node.standing === 'listed');
  const total = (count: (node: KnownNode) => number) => listed.reduce((sum, node) => sum + count(node), 0);
  return {
    nowMs: Math.floor(snapshot.nowMs),
    version: snapshot.version,
    totals: {
      nodes: listed.length,
      connections: total((node) => node.connections),
      reserved: total((node) => node.reserved),
      capacity: total((node) => node.capacity),
    },
    nodes,
  };
}

function describe(node: KnownNode, nowMs: number): FleetNode & Record<string, unknown> {
  return {
    name: node.name,
    state: stateOf(node),
    // Why Place does not choose it, as of its last change; null: it may.
    barred: node.standing === 'listed' ? (skipReasonOf(node.bar) ?? null) : 'lease',
    bootEpoch: node.epoch,
    instance: node.instance,
    connections: node.connections,
    reserved: node.reserved,
    leaving: node.leaving,
    capacity: node.capacity,
    load: loadOf(node),
    admissionRate: node.rate,
    loopDelayP99Ms: node.loopDelayP99Ms,
    freeMemoryBytes: node.freeMemoryBytes,
    lastReport: {
      sequence: node.sequence,
      ageMs: node.reportedAtMs === 0 ? null : Math.max(0, Math.floor(nowMs - node.reportedAtMs)),
    },
    leaseMs: Math.floor(node.leaseUntilMs - nowMs),
    unclaimed: { claims: node.claims, misses: node.misses },
    zone: node.zone,
    version: node.version,
    address: node.address,
  };
}

function stateOf(node: KnownNode): NodeStateName | 'suspect' | 'lost' | 'left' {
  if (node.standing !== 'listed') return node.standing;
  if (node.order === nodeOrders.drain || node.state === nodeStates.draining) return 'draining';
  if (node.order === nodeOrders.cordon || node.state === nodeStates.cordoned) return 'cordoned';
  return node.suspect ? 'suspect' : 'ready';
}
