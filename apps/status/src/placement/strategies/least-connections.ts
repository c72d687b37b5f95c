import type { Strategy } from './strategy.ts';

/** The lowest share of its capacity in use: keeps the fleet even. */
export const leastConnections: Strategy = {
  name: 'least-connections',
  order: 'least',
  rank: (load) => load,
};
