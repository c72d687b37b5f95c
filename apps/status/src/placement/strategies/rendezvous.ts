import type { Strategy } from './strategy.ts';

/**
 * Highest random weight: every user has an order of the nodes of their own, weighted by capacity, that needs no state
 * and moves only the users of a node that came or went.
 */
export const rendezvous: Strategy = {
  name: 'rendezvous',
  order: 'least',
  rank: (load) => load,
  prefer(wish, nodes, _random, rules) {
    const weighed = nodes.map((node) => ({
      name: node.name,
      weight: node.capacity / -Math.log(drawOf(`${wish.userId}.${wish.deviceClass}.${node.name}`)),
    }));
    weighed.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
    return { mode: 'first', names: weighed.slice(0, rules.looks).map((node) => node.name) };
  },
};

/** A number in (0, 1) that the text determines: FNV-1a with murmur3's finish. */
function drawOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
