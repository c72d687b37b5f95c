import type { NodeRecord } from '../node-record.ts';
import type { Rules } from '../rules.ts';

/** What a placement asks for. */
export interface Wish {
  userId: number;
  deviceClass: string;
  /** Hints: preferred, not demanded; empty: any. */
  zone: string;
  version: string;
  /** Names of nodes to keep off; strict. */
  avoid: readonly string[];
  /** It is served elsewhere: only where half of the burst of log-ins is left. Default false. */
  move?: boolean;
  /** Only nodes whose boot epoch is above this; strict. Default 0: any. */
  bootedAfter?: number;
}

/** Nodes to try before the order: the first admissible of them as they stand, or the least loaded admissible one. */
export interface Preference {
  mode: 'first' | 'lesser';
  names: readonly string[];
}

/**
 * How open nodes are ordered for a wish. Two pure functions: `rank` orders them all (place.lua has the same two
 * orders, by `order`), `prefer` may put some names before that order, by what the caller knows of the fleet. Which
 * node is admissible is no strategy's to say.
 */
export interface Strategy {
  name: 'least-connections' | 'packed' | 'rendezvous' | 'p2c';
  /** The order that place.lua walks. */
  order: 'least' | 'packed';
  /** The lower comes first; equal ranks go by name. */
  rank(load: number, rules: Rules): number;
  /** `nodes`: those open as far as the caller knows, in any order. */
  prefer?(
    wish: Wish,
    nodes: readonly Pick<NodeRecord, 'name' | 'capacity'>[],
    random: () => number,
    rules: Rules,
  ): Preference;
}
