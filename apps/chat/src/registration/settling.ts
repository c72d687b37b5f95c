import type { Fleet } from '../fleet/peers/fleet.ts';
import type { RegisteredNode } from './registered-node.ts';

export interface SettlingOptions {
  fleet: Pick<Fleet, 'nodes'>;
  node: Pick<RegisteredNode, 'bootEpoch' | 'nowMs'>;
  /** How long a node that ends has its people move. */
  settleMs: number;
}

/** Not longer, whatever the window of those that end. */
const maxSettleMs = 30_000;
/** Beside a node that registered so much earlier the fleet has been running; others have just been made with this one. */
const runningMs = 20_000;

/**
 * Whether this node has just come to a running fleet. It takes people all the same; whoever replaces nodes one after the other,
 * and goes by their readiness, has those of one move before it is the next one's turn.
 */
export function createSettling({ fleet, node, settleMs }: SettlingOptions): () => boolean {
  let isSettled = false;
  return () => {
    const bornMs = node.bootEpoch / 1_000;
    if (isSettled || bornMs === 0) return false;
    isSettled = node.nowMs() - bornMs >= Math.min(settleMs, maxSettleMs);
    const isRunning = [...fleet.nodes()].some(({ bootEpoch }) => bootEpoch / 1_000 < bornMs - runningMs);
    return isRunning && !isSettled;
  };
}
