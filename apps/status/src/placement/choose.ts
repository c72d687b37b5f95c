import { barOf, isKeptForLogIns } from './admission.ts';
import { loadOf, type NodeRecord, type SkipReason } from './node-record.ts';
import type { Rules } from './rules.ts';
import type { Preference, Strategy, Wish } from './strategies/strategy.ts';

export interface Skip {
  node: string;
  reason: SkipReason;
}

export interface Chosen {
  node: NodeRecord | undefined;
  /** Nodes that came before it in order, with the reason; at most K and one for each avoided node. */
  skips: Skip[];
  /** Nobody was free: when the next token or the end of a suspension comes, as far as that is known. */
  nextAtMs?: number | undefined;
}

/** Why an open node is not for this wish; undefined: it is. */
export function refusalOf(node: NodeRecord, wish: Wish, rules: Rules, nowMs: number): SkipReason | undefined {
  if (wish.avoid.includes(node.name)) return 'avoided';
  if (wish.bootedAfter && node.epoch <= wish.bootedAfter) return 'avoided';
  if (wish.move && isKeptForLogIns(node, rules, nowMs)) return 'admission_rate';
  if (wish.zone !== '' && node.zone !== wish.zone) return 'zone';
  if (wish.version !== '' && node.version !== wish.version) return 'version';
  return undefined;
}

/**
 * The choice of place.lua, as a pure function: of the listed nodes the first admissible one by preference, else by
 * the strategy's order, comparing at most K; another zone or version than hinted only when none of those has it.
 */
export function choose(
  nodes: readonly NodeRecord[],
  wish: Wish,
  strategy: Strategy,
  rules: Rules,
  nowMs: number,
  preference?: Preference,
): Chosen {
  const open: Ranked[] = [];
  const barred: (Ranked & { reason: SkipReason })[] = [];
  let nextAtMs: number | undefined;
  for (const node of nodes) {
    const ranked = { node, rank: strategy.rank(loadOf(node), rules) };
    const bar = barOf(node, rules, nowMs);
    if (bar) barred.push({ ...ranked, reason: bar.reason });
    else open.push(ranked);
    if (bar?.untilMs !== undefined) nextAtMs = Math.min(nextAtMs ?? bar.untilMs, bar.untilMs);
  }
  const skips: Skip[] = [];
  const refusal = (entry: NodeRecord) => refusalOf(entry, wish, rules, nowMs);
  const node =
    (preference && choosePreferred(open, preference, refusal)) ??
    chooseInOrder(
      open
        .sort((a, b) => byRank(a, b, strategy.order === 'packed'))
        .slice(0, rules.looks + wish.avoid.length),
      refusal,
      skips,
    );
  const rank = node ? strategy.rank(loadOf(node), rules) : Number.POSITIVE_INFINITY;
  barred.sort((a, b) => loadOf(a.node) - loadOf(b.node) || (a.node.name < b.node.name ? -1 : 1));
  for (const entry of barred.slice(0, rules.looks)) {
    if (skips.length >= rules.looks) break;
    if (entry.rank < rank) skips.push({ node: entry.node.name, reason: entry.reason });
  }
  return { node, skips, nextAtMs };
}

interface Ranked {
  node: NodeRecord;
  rank: number;
}

/** Equal ranks go by name, in the direction in which Redis walks the set. */
function byRank(a: Ranked, b: Ranked, packed: boolean): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const ascending = a.node.name < b.node.name ? -1 : 1;
  return packed && a.rank <= 0 ? -ascending : ascending;
}

function choosePreferred(
  open: Ranked[],
  preference: Preference,
  refusal: (node: NodeRecord) => SkipReason | undefined,
): NodeRecord | undefined {
  let best: NodeRecord | undefined;
  for (const name of preference.names) {
    const node = open.find((ranked) => ranked.node.name === name)?.node;
    if (!node || refusal(node)) continue;
    if (preference.mode === 'first') return node;
    if (!best || loadOf(node) < loadOf(best)) best = node;
  }
  return best;
}

function chooseInOrder(
  nearest: Ranked[],
  refusal: (node: NodeRecord) => SkipReason | undefined,
  skips: Skip[],
): NodeRecord | undefined {
  let second: NodeRecord | undefined;
  for (const { node } of nearest) {
    const reason = refusal(node);
    if (!reason) return node;
    skips.push({ node: node.name, reason });
    if (reason !== 'avoided' && reason !== 'admission_rate') second ??= node;
  }
  const taken = skips.findIndex((skip) => skip.node === second?.name);
  if (taken >= 0) skips.splice(taken, 1);
  return second;
}
