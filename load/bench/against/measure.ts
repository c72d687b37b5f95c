import { type LightPlan, runLightLoader } from '../../light/light-loader.ts';
import type { Member, Side } from './side.ts';

/** What one round on one side has shown of a pattern. */
export interface Reading {
  /** µs of CPU of each group of server processes for each message, or delivery. */
  cpuUs: Record<string, number>;
  /** All of them together. */
  serverUs: number;
  perSecond: number;
  /** From when a message was due until its acknowledgement (a lone send) or delivery (an open loop). */
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  /** Cores that the loader took. */
  loaderCores: number;
}

export interface Pattern {
  name: string;
  plan: Omit<LightPlan, 'dialect' | 'warmSeconds' | 'seconds'>;
  /** Seeds who talks. */
  members: (side: Side) => Promise<Member[]>;
}

const groupSize = 100;

/** The patterns of the comparison, each by the name of what is read of it. */
export const patterns = {
  pairs: {
    name: '1:1, 40 pairs, 16 in flight',
    plan: { pattern: 'pairs', window: 16 },
    members: (side) => side.pairs(40),
  },
  open: {
    name: '1:1, 40 pairs, open loop, 2,000/s',
    plan: { pattern: 'pairs', rate: 2_000 },
    members: (side) => side.pairs(40),
  },
  group: {
    name: 'group of 100, 20 write, 16 in flight',
    plan: { pattern: 'group', senders: 20, window: 16 },
    members: (side) => side.group(groupSize),
  },
  many: {
    name: '1,000 conversations, 2 in flight each',
    plan: { pattern: 'pairs', window: 2 },
    members: (side) => side.pairs(1_000),
  },
  lone: {
    name: 'one pair, 1 in flight',
    plan: { pattern: 'pairs', window: 1 },
    members: (side) => side.pairs(1),
  },
} satisfies Record<string, Pattern>;

export interface Duration {
  warmSeconds: number;
  seconds: number;
}

/** Runs a pattern once on one side. Throws when anything was refused, lost or out of order. */
export async function read(
  side: Side,
  pattern: Pattern,
  members: Member[],
  duration: Duration,
  signal?: AbortSignal,
): Promise<Reading> {
  const plan: LightPlan = { dialect: 'berth', ...pattern.plan, ...duration };
  const measure = await runLightLoader(plan, side.targets(members), side.processes, signal);
  const { refused, refusal, missing, disordered, seconds, acknowledged, delivered, acknowledgedIn } = measure;
  const where = `${side.name}, ${pattern.name}`;
  if (refused > 0) throw new Error(`${where}: ${refused} refused; the first: ${refusal}`);
  if (missing !== 0) throw new Error(`${where}: ${missing} deliveries have not come`);
  if (disordered > 0)
    throw new Error(`${where}: ${disordered} deliveries were not the next of their conversation`);
  const perSecond = (plan.pattern === 'group' ? delivered : acknowledged) / seconds;
  const cpuUs = Object.fromEntries(
    Object.entries(measure.serverCores).map(([name, cores]) => [name, (cores * 1e6) / perSecond]),
  );
  const { p50Ms, p99Ms, p999Ms } = plan.rate === undefined ? acknowledgedIn : measure.deliveredIn;
  return {
    cpuUs,
    serverUs: Object.values(cpuUs).reduce((sum, us) => sum + us, 0),
    perSecond,
    p50Ms,
    p99Ms,
    p999Ms,
    loaderCores: measure.ownCpuSeconds / seconds,
  };
}
