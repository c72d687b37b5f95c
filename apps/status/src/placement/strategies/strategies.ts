import { leastConnections } from './least-connections.ts';
import { p2c } from './p2c.ts';
import { packed } from './packed.ts';
import { rendezvous } from './rendezvous.ts';
import type { Strategy } from './strategy.ts';

export const strategies: Record<Strategy['name'], Strategy> = {
  'least-connections': leastConnections,
  packed,
  rendezvous,
  p2c,
};
