import type { Fleet } from '../fleet/peers/fleet.ts';

/** A node that registered so shortly before this one is told to end has come to take its place, and that of others. */
const surgeMs = 60_000;

/**
 * Of a node that is told to end at `nowMs` of the registry's clock: the boot epoch after which those registered that take its
 * place; 0 while there are none. In a rollout the older ones are about to end, too: whoever moved to one of them would move
 * once more.
 */
export function successorsOf(fleet: Pick<Fleet, 'nodes'>, nowMs: number): () => number {
  const bootedAfter = Math.max(0, Math.floor(nowMs - surgeMs) * 1_000);
  return () => ([...fleet.nodes()].some(({ bootEpoch }) => bootEpoch > bootedAfter) ? bootedAfter : 0);
}
