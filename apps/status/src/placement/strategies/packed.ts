import type { Strategy } from './strategy.ts';

/**
 * The fullest node first, up to `packedFill` (default 85 %); beyond that the least loaded. Empties the other nodes,
 * so that the fleet shrinks without moving anyone.
 */
export const packed: Strategy = {
  name: 'packed',
  order: 'packed',
  rank: (load, rules) => (load < rules.packedFill ? -load : load),
};
