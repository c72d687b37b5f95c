import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { nodeOrders, nodeStates } from '../placement/node-record.ts';
import type { RedisRegistry } from '../registry/redis-registry.ts';
import type { KnownNode } from '../registry/registry.ts';
import type { Leadership } from './leadership.ts';
import { type Plan, type PlanNode, type PlanPolicy, type PlanStep, plan } from './plan.ts';
import type { Scaler } from './scaler.ts';

export interface ScalingLoopOptions {
  registry: Pick<RedisRegistry, 'fleet' | 'order'>;
  leadership: Leadership;
  scaler: Scaler;
  policy: PlanPolicy;
  log: Log;
  /** Default 2 s ± 20 %. */
  everyMs?: number;
  /** Hears of each plan that was carried out, or not. */
  onPlan?: (outcome: 'ok' | 'failed', plan?: Plan) => void;
}

/**
 * Plans and carries out, while this replica leads. Each round starts from what is there, so that a step that failed
 * or was done twice is put right by the next one.
 */
export class ScalingLoop {
  readonly #options: Required<ScalingLoopOptions>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #closed = false;

  constructor(options: ScalingLoopOptions) {
    this.#options = { everyMs: 2_000, onPlan: () => {}, ...options };
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run().finally(() => this.start());
    }, jittered(this.#options.everyMs));
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
    if (!memory) return undefined;
    const [{ nowMs, nodes }, scale] = await Promise.all([registry.fleet(), scaler.readScale()]);
    const listed = nodes.filter((node) => node.standing === 'listed').map(planNodeOf);
    const result = plan({ nowMs, scale, nodes: listed }, policy, memory);
    // Remembered first: a removal must not be repeated because the word of it was lost.
    if (!(await leadership.remember(result.memory))) return undefined;
    for (const step of result.steps) await this.#carryOut(step, scale);
    return result;
  }

  async #carryOut(step: PlanStep, scale: number): Promise<void> {
    const { registry, scaler, log } = this.#options;
    log.info({ step, scale }, 'scaling');
    if (step.do === 'order') {
      await registry.order(step.node, step.bootEpoch, step.order);
      return;
    }
    if (step.do === 'remove') await scaler.markFirstToGo(step.node);
    await scaler.writeScale(scale, step.to);
  }
}

const stateNames = { 1: 'ready', 2: 'cordoned', 3: 'draining' } as const;
const orderNames = { 0: 'none', 1: 'cordon', 2: 'drain' } as const;

function planNodeOf(node: KnownNode): PlanNode {
  return {
    name: node.name,
    bootEpoch: node.epoch,
    connections: node.connections,
    reserved: node.reserved,
    capacity: node.capacity,
    state: stateNames[(node.state || nodeStates.ready) as 1],
    order: orderNames[(node.order || nodeOrders.none) as 0],
  };
}
