import type { RebalanceAnswer } from '@berth/wire/operators';
import type { StatusMetrics } from '../metrics.ts';
import type { Operator, Told } from '../operators/operators.ts';
import { type FleetEvents, moveEvent } from '../planner/fleet-events.ts';
import { snapshotOf } from '../planner/plan-snapshot.ts';
import { defaultPlanPolicy } from '../planner/plan-types.ts';
import { evenOut } from '../planner/rebalance.ts';
import type { FleetSnapshot } from '../registry/registry.ts';

export interface RebalanceContext {
  readFleet(): Promise<FleetSnapshot>;
  move(name: string, bootEpoch: number, sessions: number, avoid: string[]): Promise<void>;
  metrics: Pick<StatusMetrics, 'toldToMove'>;
  events: FleetEvents;
}

/** All at once: an operator asks for it once, and receivers still take no more than they admit. */
const policy = { ...defaultPlanPolicy, rebalanceShare: 60 };

/** POST /v1/fleet/rebalance: has sessions move from the fullest nodes until all in service are near the mean. */
export async function rebalance(
  { readFleet, move, metrics, events }: RebalanceContext,
  { name: operator }: Operator,
  told: Told,
): Promise<RebalanceAnswer> {
  const snapshot = snapshotOf(await readFleet(), 0);
  const nodes = snapshot.nodes.filter((node) => node.order === 'none' && node.state === 'ready');
  const { steps } = evenOut({ ...snapshot, nodes }, policy, undefined);
  const moves: RebalanceAnswer['moves'] = [];
  for (const step of steps) {
    if (step.do !== 'move') continue;
    await move(step.node, step.bootEpoch, step.sessions, step.avoid);
    metrics.toldToMove(step.sessions);
    events.record(moveEvent(step.node, step.sessions, `ordered by ${operator}`));
    moves.push({ node: step.node, sessions: step.sessions });
  }
  told({ sessions: moves.reduce((sum, { sessions }) => sum + sessions, 0) });
  return { moves };
}
