import type { Metrics } from '@berth/telemetry';
import { effectiveState, type FleetView } from './registry/fleet-view.ts';
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
  return {
    placements: metrics.counter('status_placements_total', 'Placements by outcome.', ['outcome']),
    skips: metrics.counter('status_skips_total', 'Nodes passed over in placements, by reason.', ['reason']),
    reports: metrics.counter('status_reports_total', 'Node reports by result.', ['result']),
    revocations: metrics.counter('status_revocations_total', 'Revocations by outcome.', ['outcome']),
    plans: metrics.counter('status_plans_total', 'Scaling plans of this replica, by outcome.', ['outcome']),
    wanted: metrics.gauge('status_nodes_wanted', 'Chat nodes that the load wants, while this replica plans.'),
    placeSeconds: metrics.histogram('status_place_seconds', 'Time of a placement.'),
  };
}

const stateNumbers = [
  ['ready', 1],
  ['cordoned', 2],
  ['draining', 3],
] as const;
