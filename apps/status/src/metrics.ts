import type { Metrics } from '@berth/telemetry';
import type { Plan } from './planner/plan-types.ts';
import { effectiveState, type FleetView } from './registry/fleet-view.ts';
import type { KnownNode } from './registry/registry.ts';
import type { NodeStreams } from './streams/node-streams.ts';

export type StatusMetrics = ReturnType<typeof createStatusMetrics>;

/** What status counts and measures. */
export function createStatusMetrics(metrics: Metrics, view: FleetView, streams: NodeStreams) {
  const nodes = metrics.gauge('status_nodes', 'Chat nodes by state, as this replica sees them.', ['state']);
  metrics.gauge('status_connections', 'Connections that the listed nodes reported.', [], () => {
    const listed = view.snapshot?.nodes.filter((node) => node.standing === 'listed') ?? [];
    for (const [state, number] of stateNumbers) {
      nodes.set({ state }, listed.filter((node) => effectiveState(node) === number).length);
    }
    nodes.set({ state: 'lost' }, view.snapshot?.nodes.filter((node) => node.standing === 'lost').length ?? 0);
    return listed.reduce((sum, node) => sum + node.connections, 0);
  });
  metrics.gauge('status_reservations', 'Live reservations.', [], () => view.snapshot?.reservations ?? 0);
  metrics.gauge('status_streams', 'Report streams of this replica.', [], () => streams.size);
  metrics.gauge('status_redis_away', '1 while placing on the last good view.', [], () => (view.away ? 1 : 0));
  const wanted = metrics.gauge(
    'status_nodes_wanted',
    'Chat nodes that the load wants, while this replica plans.',
  );
  const steps = metrics.counter('berth_fleet_steps_total', 'Steps of the planner, by what they do.', [
    'step',
  ]);
  const ordered = metrics.counter(
    'berth_fleet_sessions_moved_total',
    'Sessions told to move to even out the fleet.',
  );
  watchFleet(metrics, view);
  const toldToMove = (sessions: number) => ordered.inc(sessions);
  function planned(plan: Plan): void {
    wanted.set(plan.wanted);
    for (const step of plan.steps) {
      steps.inc({ step: step.do === 'order' ? step.order : step.do });
      if (step.do === 'move') toldToMove(step.sessions);
    }
  }
  return {
    /** Another replica plans. */
    unplanned: () => wanted.set(0),
    placements: metrics.counter('status_placements_total', 'Placements by outcome.', ['outcome']),
    skips: metrics.counter('status_skips_total', 'Nodes passed over in placements, by reason.', ['reason']),
    reports: metrics.counter('status_reports_total', 'Node reports by result.', ['result']),
    revocations: metrics.counter('status_revocations_total', 'Revocations by outcome.', ['outcome']),
    plans: metrics.counter('status_plans_total', 'Scaling plans of this replica, by outcome.', ['outcome']),
    planned,
    toldToMove,
    placeSeconds: metrics.histogram('status_place_seconds', 'Time of a placement.'),
  };
}

/** Of each node that is listed, as this replica sees it. */
function watchFleet(metrics: Metrics, view: FleetView): void {
  const listed = () => view.snapshot?.nodes.filter((node) => node.standing === 'listed') ?? [];
  const each = (name: string, help: string, value: (node: KnownNode) => number) =>
    metrics.gauges(name, help, 'node', () =>
      Object.fromEntries(listed().map((node) => [node.name, value(node)])),
    );
  each('berth_fleet_node_connections', 'Connections that the node reported.', (node) => node.connections);
  each('berth_fleet_node_reserved', 'Live reservations on the node.', (node) => node.reserved);
  each('berth_fleet_node_capacity', 'Connections that the node takes at most.', (node) => node.capacity);
  each('berth_fleet_node_admission_rate', 'Log-ins per second that the node is given.', (node) => node.rate);
  each('berth_fleet_node_draining', '1 while its sessions are moved away.', (node) =>
    effectiveState(node) === 3 ? 1 : 0,
  );
  each('berth_placement_unclaimed_ratio', 'Part of its latest reservations that nobody used.', (node) =>
    node.claims + node.misses > 0 ? node.misses / (node.claims + node.misses) : 0,
  );
}

const stateNumbers = [
  ['ready', 1],
  ['cordoned', 2],
  ['draining', 3],
] as const;
