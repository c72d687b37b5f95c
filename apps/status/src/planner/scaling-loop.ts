import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { RedisRegistry } from '../registry/redis-registry.ts';
import { type FleetEvents, stepEvent } from './fleet-events.ts';
import type { Leadership } from './leadership.ts';
import { plan } from './plan.ts';
import { snapshotOf } from './plan-snapshot.ts';
import type { Plan, PlannerRecord, PlanPolicy, PlanStep, ToldPlan } from './plan-types.ts';
import type { Scaler } from './scaler.ts';

export interface ScalingLoopOptions {
  registry: Pick<RedisRegistry, 'fleet' | 'order' | 'move'>;
  leadership: Leadership;
  scaler: Scaler;
  policy: PlanPolicy;
  log: Log;
  /** Default 2 s ± 20 %. */
  everyMs?: number;
  /** Hears of each plan that was carried out, or not. */
  onPlan?: (outcome: 'ok' | 'failed', plan?: Plan) => void;
  /** Hears that this replica leads no more: what it planned last says nothing of the fleet from then on. */
  onFollow?: () => void;
  /** Default: nobody hears of them. */
  events?: FleetEvents;
  /** How this replica is called in them. */
  replica?: string;
}

/** Decisions that are kept to be told. */
const maxDecisions = 20;

/**
 * Plans and carries out, while this replica leads. Each round starts from what is there, so that a step that failed
 * or was done twice is put right by the next one.
 */
export class ScalingLoop {
  readonly #options: Required<ScalingLoopOptions>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #closed = false;
  #leads = false;
  /** Soon, as a fleet that has just been made waits for the rest of its least number. */
  #waitMs: number;

  constructor(options: ScalingLoopOptions) {
    this.#options = {
      everyMs: 2_000,
      onPlan: () => {},
      onFollow: () => {},
      events: { record: () => {} },
      replica: 'this replica',
      ...options,
    };
    this.#waitMs = this.#options.everyMs / 10;
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run().finally(() => this.start());
    }, jittered(this.#waitMs));
    this.#waitMs = this.#options.everyMs;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #run(): Promise<void> {
    const { log, onPlan } = this.#options;
    try {
      const result = await this.#plan();
      if (result) onPlan('ok', result);
    } catch (err) {
      log.warn({ err }, 'the fleet could not be scaled');
      onPlan('failed');
    }
  }

  async #plan(): Promise<Plan | undefined> {
    const { registry, leadership, scaler, policy } = this.#options;
    const memory = await leadership.lead();
    this.#noteLead(memory !== undefined);
    if (!memory) return undefined;
    const [fleet, scale] = await Promise.all([registry.fleet(), scaler.readScale()]);
    const result = plan(snapshotOf(fleet, scale), policy, memory);
    // Remembered first: a removal must not be repeated because the word of it was lost.
    if (!(await leadership.remember(recordOf(result, { atMs: fleet.nowMs, scale }, memory))))
      return undefined;
    if (result.steps.length > 0) this.#options.log.info({ why: result.why, scale }, 'the fleet changes');
    for (const step of result.steps) await this.#carryOut(step, scale, result.why);
    return result;
  }

  #noteLead(leads: boolean): void {
    const { events, replica, log, onFollow } = this.#options;
    if (!leads && this.#leads) onFollow();
    if (leads && !this.#leads) {
      log.info({ replica }, 'leads the planner now');
      events.record({ reason: 'LeaderChanged', message: `${replica} plans the fleet now` });
    }
    this.#leads = leads;
  }

  async #carryOut(step: PlanStep, scale: number, why: string): Promise<void> {
    const { registry, scaler, log, events } = this.#options;
    log.info({ step, scale }, 'scaling');
    if (step.do === 'order') await registry.order(step.node, step.bootEpoch, step.order);
    else if (step.do === 'move') await registry.move(step.node, step.bootEpoch, step.sessions, step.avoid);
    else {
      if (step.do === 'remove') await scaler.markFirstToGo(step.node);
      await scaler.writeScale(scale, step.to);
    }
    events.record(stepEvent(step, scale, why));
  }
}

function recordOf(
  { memory, steps, reason, why, wanted }: Plan,
  { atMs, scale }: { atMs: number; scale: number },
  { decisions = [] }: PlannerRecord,
): PlannerRecord {
  const last: ToldPlan = { atMs: Math.floor(atMs), scale, wanted, why, reason, steps };
  return {
    ...memory,
    last,
    decisions: steps.length > 0 ? [...decisions, last].slice(-maxDecisions) : decisions,
  };
}
