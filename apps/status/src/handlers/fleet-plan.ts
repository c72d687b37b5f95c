import type { PlanAnswer } from '@berth/wire/operators';
import { plan } from '../planner/plan.ts';
import { snapshotOf } from '../planner/plan-snapshot.ts';
import { defaultPlanPolicy, type PlannerRecord, type PlanPolicy } from '../planner/plan-types.ts';
import type { FleetSnapshot } from '../registry/registry.ts';

export interface FleetPlanContext {
  readFleet(): Promise<FleetSnapshot>;
  /** What the planner that leads has planned; undefined: nothing scales the fleet. */
  readPlans: (() => Promise<PlannerRecord>) | undefined;
  policy: PlanPolicy | undefined;
}

/**
 * GET /v1/fleet/plan: what the planner does now and why, and its latest decisions. Where nothing scales the fleet: what the
 * planner would do with the nodes that are there.
 */
export async function fleetPlan({
  readFleet,
  readPlans,
  policy,
}: FleetPlanContext): Promise<PlanAnswer & { policy: PlanPolicy }> {
  const fleet = await readFleet();
  const nowMs = Math.floor(fleet.nowMs);
  if (readPlans && policy) {
    const { last = null, decisions = [] } = await readPlans();
    return { nowMs, scaler: 'on', policy, last, decisions };
  }
  const scale = fleet.nodes.filter(({ standing }) => standing === 'listed').length;
  const { steps, wanted, why, reason } = plan(snapshotOf(fleet, scale), defaultPlanPolicy, {});
  const last = { atMs: nowMs, scale, wanted, why, reason, steps };
  return { nowMs, scaler: 'off', policy: defaultPlanPolicy, last, decisions: [] };
}
