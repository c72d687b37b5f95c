import type { Growth, PlanMemory, PlanNode, PlanPolicy, PlanSnapshot, Sample } from './plan-types.ts';

/** Growth is measured over the last so long… */
const measureMs = 20_000;
/** …and over no less than this. */
const leastMs = 4_000;
const maxSamples = 16;
/** Within this those who were told to move have gone from where they were. */
const movesMs = 10_000;
/** In so long the fleet grows by half at most. */
const growthMs = 30_000;
const growthShare = 0.5;

/** Sessions that are on these nodes or on their way to them, each once though it may be on two while it moves. */
export const usedOf = (nodes: readonly PlanNode[]): number =>
  nodes.reduce((sum, { connections, reserved, leaving = 0 }) => sum + connections + reserved - leaving, 0);

/**
 * The samples with that of now; begun anew when a node went, with which its sessions are counted no more, and while sessions
 * move, each of which is counted on both nodes for a moment.
 */
export function withSample(snapshot: PlanSnapshot, { samples = [], evening }: PlanMemory): Sample[] {
  const { nowMs, nodes } = snapshot;
  const areMoving =
    nodes.some(({ order, connections }) => order === 'drain' && connections > 0) ||
    (evening?.movedAtMs !== undefined && nowMs - evening.movedAtMs < movesMs);
  const now: Sample = { atMs: snapshot.nowMs, used: usedOf(snapshot.nodes), nodes: snapshot.nodes.length };
  const kept =
    !areMoving && (samples.at(-1)?.nodes ?? 0) <= now.nodes
      ? samples.filter(({ atMs }) => now.atMs - atMs <= measureMs)
      : [];
  return [...kept, now].slice(-maxSamples);
}

/** Sessions that come a second, beyond those that go; 0 while it is not known. */
export function growthOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMs - first.atMs < leastMs) return 0;
  return Math.max(0, ((last.used - first.used) * 1_000) / (last.atMs - first.atMs));
}

/** The scale that may be asked for now, and what of it is to be remembered. */
export function boundedScale(
  wanted: number,
  { nowMs, scale }: PlanSnapshot,
  policy: PlanPolicy,
  grown: readonly Growth[] = [],
): { to: number; grown: Growth[] } {
  const lately = grown.filter(({ atMs }) => nowMs - atMs < growthMs);
  // That a new fleet gets its least number is no growth.
  const from = Math.max(policy.min, Math.min(scale, lately[0]?.from ?? scale));
  const most = Math.max(from + 1, Math.ceil(from * (1 + growthShare)));
  const to = Math.max(scale, Math.min(wanted, most));
  return { to, grown: to > scale ? [...lately, { atMs: nowMs, from: scale }] : lately };
}
