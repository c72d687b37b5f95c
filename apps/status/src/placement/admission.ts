import { type NodeRecord, nodeStates, type SkipReason } from './node-record.ts';
import type { Rules } from './rules.ts';

/** How young the listed fleet is: nodes whose boot is younger than the ramp, and all. */
export interface FleetAge {
  young: number;
  listed: number;
}

/** Part of the node's recent reservations that nobody used; 0 while there are too few to judge. */
export function unclaimedShare(node: Pick<NodeRecord, 'claims' | 'misses'>, rules: Rules): number {
  return node.misses < rules.unclaimedMin / 4 ? 0 : node.misses / (node.claims + node.misses);
}

/**
 * Log-ins per second that a node is given: half of what it can take, cut as its loop delay grows and as its
 * reservations go unused, ramped after its start unless most of the fleet is as new.
 */
export function admissionRate(node: NodeRecord, fleet: FleetAge, rules: Rules, nowMs: number): number {
  let rate = rules.admissionRate;
  if (node.helloRate > 0) rate = Math.min(rate, node.helloRate / 2);
  if (node.loopDelayP99Ms > rules.loopTargetMs)
    rate *= Math.max(0.1, rules.loopTargetMs / node.loopDelayP99Ms);
  const ageMs = nowMs - node.epoch / 1_000;
  if (ageMs < rules.rampMs && fleet.young * 2 <= fleet.listed) {
    rate *= rules.rampFrom + ((1 - rules.rampFrom) * Math.max(0, ageMs)) / rules.rampMs;
  }
  return Math.max(0.1, rate * Math.max(0.1, 1 - unclaimedShare(node, rules)));
}

const burstOf = (rate: number, rules: Rules): number => Math.max(rules.burstLeast, rate * rules.burstSeconds);

/** When the node's next admission token comes; not after now: it has one. */
export function nextTokenAtMs(node: Pick<NodeRecord, 'rate' | 'fullAtMs'>, rules: Rules): number {
  return node.fullAtMs - ((burstOf(node.rate, rules) - 1) * 1_000) / node.rate;
}

/**
 * Fewer than half of its burst of tokens are left, which are for those who are not served yet. Whoever moves can wait: for a
 * node whose loop is slow, and has fewer of them for it, until all are there, and then, the slower it is, the longer.
 */
export function isKeptForLogIns(
  node: Pick<NodeRecord, 'rate' | 'fullAtMs' | 'loopDelayP99Ms'>,
  rules: Rules,
  nowMs: number,
): boolean {
  const slowness = Math.min(4, node.loopDelayP99Ms / rules.loopTargetMs);
  if (slowness > 1) return node.fullAtMs + ((slowness - 1) * 1_000) / node.rate > nowMs;
  return node.fullAtMs - ((burstOf(node.rate, rules) / 2) * 1_000) / node.rate > nowMs;
}

/**
 * A node without some of its tokens is without as many at another rate, but never without more than its burst: a clock that
 * went back would have it wait for them.
 */
export function setRate(
  node: Pick<NodeRecord, 'rate' | 'fullAtMs'>,
  rate: number,
  rules: Rules,
  nowMs: number,
): void {
  const missing = ((node.fullAtMs - nowMs) * node.rate) / 1_000;
  node.rate = rate;
  if (missing > 0) node.fullAtMs = nowMs + (Math.min(missing, burstOf(rate, rules)) * 1_000) / rate;
}

export function takeToken(node: NodeRecord, nowMs: number): void {
  node.fullAtMs = Math.max(node.fullAtMs, nowMs) + 1_000 / node.rate;
}

/** Why no request may be placed on this node now, and when that ends by itself; undefined: it may. */
export function barOf(
  node: NodeRecord,
  rules: Rules,
  nowMs: number,
): { reason: SkipReason; untilMs?: number } | undefined {
  if (node.state !== nodeStates.ready || node.order !== 0) return { reason: 'state' };
  if (node.suspect) return { reason: 'suspect' };
  if (node.leaseUntilMs <= nowMs) return { reason: 'lease' };
  if (node.suspendedUntilMs > nowMs) return { reason: 'unclaimed', untilMs: node.suspendedUntilMs };
  if (node.connections + node.reserved >= node.capacity) return { reason: 'capacity' };
  const tokenAtMs = nextTokenAtMs(node, rules);
  if (tokenAtMs > nowMs) return { reason: 'admission_rate', untilMs: tokenAtMs };
  return undefined;
}

/** A reservation went unused; a node of which hardly any are used is suspended, where the fleet allows it. */
export function countMiss(node: NodeRecord, rules: Rules, nowMs: number, maySuspend: () => boolean): void {
  node.misses += 1;
  halveHistory(node);
  if (node.suspendedUntilMs > nowMs) return;
  if (node.misses < rules.unclaimedMin || unclaimedShare(node, rules) < rules.unclaimedShare) return;
  if (!maySuspend()) return;
  node.suspendedUntilMs = nowMs + rules.suspendMs;
  node.claims = 0;
  node.misses = rules.unclaimedMin / 2;
}

export function halveHistory(node: NodeRecord): void {
  if (node.claims + node.misses > 64) {
    node.claims /= 2;
    node.misses /= 2;
  }
}
