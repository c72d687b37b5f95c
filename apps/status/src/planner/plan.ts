import type { PlanReason } from '@berth/wire/operators';
import { boundedScale, growthOf, usedOf, withSample } from './growth.ts';
import { because, sentenceOf } from './plan-reasons.ts';
import type { Plan, PlanMemory, PlanNode, PlanPolicy, PlanSnapshot, PlanStep, Victim } from './plan-types.ts';
import { evenOut } from './rebalance.ts';
import { emptyVictim, nextVictim, orderOf, withOutcome } from './victim.ts';

/** Room that must be left over after a scale-in, so that it is not followed by a scale-out. */
const calmShare = 0.9;
/** Whoever comes goes to the emptiest node: while that many do until a new pod would serve, they even out the fleet by themselves. */
const comingShare = 0.1;

/**
 * What to do now: out when connections, reservations, headroom and what comes until a new pod serves need more pods, but by
 * half in 30 s at most; in only after a long calm, one pod at a time: cordon, drain, and when it is empty take just that pod
 * away; between the two, sessions are moved until the nodes are even. While a rollout is under way or a node is silent,
 * nothing of that is begun. Pure.
 */
export function plan(snapshot: PlanSnapshot, policy: PlanPolicy, memory: PlanMemory): Plan {
  const { scale, nodes } = snapshot;
  const known = memory.victim && withOutcome(memory.victim, scale);
  const victim =
    known && nodes.find((node) => node.name === known.node && node.bootEpoch === known.bootEpoch);
  const leaving = victim && !known!.removed ? victim : undefined;
  const samples = withSample(snapshot, memory);
  const unclear = unclearOf(snapshot, known);
  const growth = unclear ? 0 : growthOf(samples);
  const coming = Math.round((growth * policy.startMs) / 1_000);
  const needed = podsFor(nodes, policy.headroom, 1, coming);
  const wanted = Math.min(policy.max, Math.max(policy.min, needed));
  const kept: PlanMemory = { ...memory, samples, victim: victim && known };
  const planned = (steps: PlanStep[], reason: PlanReason, more: PlanMemory = {}): Plan => ({
    ...{ steps, wanted, reason, why: sentenceOf(reason) },
    memory: stripped({ ...kept, ...more }),
  });
  // Those that somebody else has taken out of service do not count.
  const held = nodes.filter((node) => node.order !== 'none' && node !== victim).length;
  const serving = scale - (leaving ? 1 : 0) - held;

  if (wanted > serving && (!unclear || serving < policy.min || isFull(nodes) || leaving)) {
    const back = leaving ? [orderOf(leaving, 'none')] : [];
    const { to, grown } = boundedScale(Math.min(policy.max, wanted + held), snapshot, policy, memory.grown);
    const ofLoad = (code: 'grow' | 'bounded' | 'back', places: PlanReason['places'] = {}) =>
      because(coming > 0 ? `${code}.coming` : code, {
        ...{ used: usedOf(nodes), wanted, ...(coming > 0 && { coming }) },
        ...places,
      });
    const forgotten = {
      victim: leaving ? undefined : kept.victim,
      calmSinceMs: undefined,
      evening: undefined,
    };
    if (to <= scale) {
      const reason = leaving ? ofLoad('back', { node: leaving.name }) : ofLoad('bounded');
      return planned(back, reason, forgotten);
    }
    if (unclear && !isFull(nodes) && serving >= policy.min) return planned(back, unclear, forgotten);
    const reason = ofLoad('grow', { from: scale, to });
    return planned([...back, { do: 'scale', to }], reason, { ...forgotten, grown });
  }
  if (victim) {
    const { steps, memory: rest, reason } = emptyVictim(snapshot, policy, victim, kept);
    return { steps, wanted, reason, why: sentenceOf(reason), memory: stripped(rest) };
  }
  if (unclear) return planned([], unclear, { calmSinceMs: undefined, evening: undefined });
  if (coming > comingShare * usedOf(nodes) && kept.evening?.sinceMs === undefined)
    return planned([], because('right'), { calmSinceMs: undefined });
  return calmPlan(snapshot, policy, kept, planned, serving);
}

/** Everything is there and there is room: even it out, and wait until one pod fewer has been enough for long. */
function calmPlan(
  snapshot: PlanSnapshot,
  policy: PlanPolicy,
  memory: PlanMemory,
  planned: (steps: PlanStep[], reason: PlanReason, more?: PlanMemory) => Plan,
  serving: number,
): Plan {
  const { nowMs, nodes, scale } = snapshot;
  if (nodes.length < scale)
    return planned([], because('starting', { missing: scale - nodes.length, scale }), {
      calmSinceMs: undefined,
    });
  if (nodes.some(({ order }) => order !== 'none'))
    return planned([], because('held'), { calmSinceMs: undefined, evening: undefined });
  const { steps, evening } = evenOut(snapshot, policy, memory.evening);
  if (!evening.isDone) {
    const sessions = steps.reduce((sum, step) => sum + (step.do === 'move' ? step.sessions : 0), 0);
    const reason = sessions > 0 ? because('uneven', { sessions }) : because('evening');
    return planned(steps, reason, { evening, calmSinceMs: undefined });
  }
  const enoughWithout = serving > policy.min && podsFor(nodes, policy.headroom, calmShare, 0) <= serving - 1;
  if (!enoughWithout) return planned([], because('right'), { evening, calmSinceMs: undefined });
  const calmSinceMs = memory.calmSinceMs ?? nowMs;
  const calmMs = nowMs - calmSinceMs;
  const seconds = (ms: number) => Math.round(ms / 1_000);
  if (calmMs < policy.calmMs) {
    const places = { seconds: seconds(calmMs), wantedSeconds: seconds(policy.calmMs) };
    return planned([], because('calm', places), { evening, calmSinceMs });
  }
  const next = nextVictim(nodes);
  const reason = because('leaving', { seconds: seconds(calmMs), node: next.name });
  const victim = { node: next.name, bootEpoch: next.bootEpoch, sinceMs: nowMs, removed: false };
  return planned([orderOf(next, 'cordon')], reason, { evening, calmSinceMs, victim });
}

/** Why the counts are not what they seem, or change by themselves; undefined: they do not. */
function unclearOf(
  { scale, nodes, silent }: PlanSnapshot,
  victim: Victim | undefined,
): PlanReason | undefined {
  const isOwn = (node: PlanNode) => node.name === victim?.node && node.bootEpoch === victim.bootEpoch;
  if (silent > 0) return because('silent', { nodes: silent });
  const others = nodes.filter((node) => !isOwn(node));
  const isRolling =
    others.some((node) => node.state === 'draining' && node.order === 'none') || others.length > scale;
  return isRolling ? because('rolling') : undefined;
}

/** Hardly anybody more fits in. */
function isFull(nodes: readonly PlanNode[]): boolean {
  const capacity = nodes.reduce((sum, node) => sum + node.capacity, 0);
  return usedOf(nodes) >= 0.95 * capacity;
}

/** Pods of the present kind for the present load and `coming`; `share` of what may be used of each is counted on. */
function podsFor(nodes: readonly PlanNode[], headroom: number, share: number, coming: number): number {
  const capacity = nodes.reduce((sum, node) => sum + node.capacity, 0);
  if (capacity === 0) return 0;
  return Math.ceil((usedOf(nodes) + coming) / ((capacity / nodes.length) * (1 - headroom) * share));
}

/** Without what is undefined: it is kept as JSON. */
const stripped = (memory: PlanMemory): PlanMemory =>
  Object.fromEntries(Object.entries(memory).filter(([, value]) => value !== undefined));
