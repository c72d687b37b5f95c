import type { Strategy } from './strategy.ts';

/** The less loaded of two open nodes drawn at random: even enough on a view that is some seconds old. */
export const p2c: Strategy = {
  name: 'p2c',
  order: 'least',
  rank: (load) => load,
  prefer(_wish, nodes, random) {
    if (nodes.length <= 2) return { mode: 'lesser', names: nodes.map((node) => node.name) };
    const first = Math.floor(random() * nodes.length);
    const second = (first + 1 + Math.floor(random() * (nodes.length - 1))) % nodes.length;
    return { mode: 'lesser', names: [nodes[first]!.name, nodes[second]!.name] };
  },
};
