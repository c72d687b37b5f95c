import type { ExplainAnswer } from '@berth/wire/operators';
import { barOf } from '../placement/admission.ts';
import { choose, refusalOf } from '../placement/choose.ts';
import { loadOf } from '../placement/node-record.ts';
import type { Rules } from '../placement/rules.ts';
import type { Strategy } from '../placement/strategies/strategy.ts';
import type { FleetSnapshot } from '../registry/registry.ts';
import { explainBody, parseMessage } from './messages.ts';

export interface ExplainContext {
  readFleet(): Promise<FleetSnapshot>;
  strategy: Strategy;
  rules: Rules;
  random?: () => number;
}

/**
 * POST /v1/placements/explain: what Place would choose now and why not the others, by the same rules, reserving
 * nothing. `nodes` has every node in the order of the strategy.
 */
export async function explain(
  { readFleet, strategy, rules, random = Math.random }: ExplainContext,
  body: unknown,
): Promise<ExplainAnswer & { skips: unknown }> {
  const wish = parseMessage(explainBody, body, 'explain');
  const snapshot = await readFleet();
  const { nowMs } = snapshot;
  const listed = snapshot.nodes.filter((node) => node.standing === 'listed');
  const open = listed.filter((node) => !barOf(node, rules, nowMs));
  const preference = strategy.prefer?.(wish, open, random, rules);
  const { node, skips, nextAtMs } = choose(listed, wish, strategy, rules, nowMs, preference);
  const ranked = [...snapshot.nodes].sort(
    (a, b) => strategy.rank(loadOf(a), rules) - strategy.rank(loadOf(b), rules),
  );
  return {
    strategy: strategy.name,
    chosen: node ? { node: node.name, load: loadOf(node) } : null,
    ...(!node && nextAtMs !== undefined && { retryAfterMs: Math.ceil(Math.max(0, nextAtMs - nowMs)) }),
    ...(preference && { preferred: preference.names }),
    skips,
    nodes: ranked.map((known) => ({
      node: known.name,
      load: loadOf(known),
      skip:
        known.standing === 'listed'
          ? (barOf(known, rules, nowMs)?.reason ?? refusalOf(known, wish, rules, nowMs) ?? null)
          : 'lease',
    })),
  };
}
