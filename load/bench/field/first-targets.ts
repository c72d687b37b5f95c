import { shown } from '../markdown.ts';
import { type Bound, boundOf, isWithin, type Outcome } from '../reached.ts';
import { median } from '../table.ts';

/** What is compared: how many a second, or how long until delivered. */
type Figure = 'perSecond' | 'p50Ms' | 'p99Ms';

interface Comparison {
  target: string;
  pattern: PatternName;
  /** Begins the peer's name. */
  peer: string;
  figure: Figure;
  bound: Bound;
}

export type PatternName = 'pairs' | 'group' | 'lone' | 'open';

/** Medians of one peer, by pattern. */
export type Medians = Partial<Record<PatternName, Record<Figure, number>>>;

const more = (value: number): Bound => ({ value, better: 'more' });
const less = (value: number): Bound => ({ value, better: 'less' });

const comparisons: Comparison[] = [
  { target: 'P3', pattern: 'group', peer: 'bare relay', figure: 'perSecond', bound: more(0.7) },
  { target: 'P3', pattern: 'group', peer: 'socket.io', figure: 'perSecond', bound: more(35) },
  { target: 'P3', pattern: 'group', peer: 'nats-server', figure: 'perSecond', bound: more(5) },
  { target: 'P3', pattern: 'group', peer: 'ejabberd', figure: 'perSecond', bound: more(100) },
  { target: 'P4', pattern: 'pairs', peer: 'bare relay', figure: 'perSecond', bound: more(0.5) },
  { target: 'P4', pattern: 'pairs', peer: 'socket.io', figure: 'perSecond', bound: more(10) },
  { target: 'P5', pattern: 'lone', peer: 'bare relay', figure: 'perSecond', bound: more(0.85) },
  { target: 'P5', pattern: 'lone', peer: 'socket.io', figure: 'perSecond', bound: more(2.3) },
  { target: 'P7', pattern: 'open', peer: 'bare relay', figure: 'p50Ms', bound: less(2) },
  { target: 'P7', pattern: 'open', peer: 'bare relay', figure: 'p99Ms', bound: less(1.5) },
];

const nameOf: Record<PatternName, string> = {
  pairs: '1:1, 16 in flight',
  group: 'group of 100',
  lone: '1:1, 1 in flight',
  open: '1:1, open loop',
};
const figureOf: Record<Figure, string> = { perSecond: 'rate', p50Ms: 'p50', p99Ms: 'p99' };

/** The targets that were set first, by ratios to peers: Berth stores each message, which of these peers none does. */
export function firstTargets(medians: ReadonlyMap<string, Medians>): Outcome[] {
  const own = medians.get('Berth');
  return comparisons.flatMap(({ target, pattern, peer, figure, bound }): Outcome[] => {
    const name = [...medians.keys()].find((known) => known.startsWith(peer) && !known.includes('JetStream'));
    const [ours, theirs] = [own?.[pattern]?.[figure], name && medians.get(name)?.[pattern]?.[figure]];
    if (ours === undefined || theirs === undefined || theirs === '') return [];
    const ratio = ours / theirs;
    return [
      {
        target,
        what: `${nameOf[pattern]}, ${figureOf[figure]}, ÷ ${peer}`,
        measured: `${shown(ratio)} ×`,
        bound: boundOf(bound),
        isMet: isWithin(bound, ratio),
      },
    ];
  });
}

/** Of many readings of one peer. */
export const mediansOf = (readings: Record<Figure, number>[]): Record<Figure, number> => ({
  perSecond: median(readings.map(({ perSecond }) => perSecond)),
  p50Ms: median(readings.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(readings.map(({ p99Ms }) => p99Ms)),
});

/** Of parts alone: what is stored beside bare INSERTs. */
export function storedTargets(perSecond: Record<'stored' | 'inserts' | 'single', number>): Outcome[] {
  const outcome = (what: string, ratio: number, bound: Bound): Outcome => ({
    ...{ target: 'P6', what, measured: `${shown(ratio)} ×`, bound: boundOf(bound) },
    isMet: isWithin(bound, ratio),
  });
  return [
    outcome(
      'stored in one process ÷ bare multi-row INSERT',
      perSecond.stored / perSecond.inserts,
      more(0.75),
    ),
    outcome(
      'stored in one process ÷ prepared INSERTs of one row',
      perSecond.stored / perSecond.single,
      more(5),
    ),
  ];
}
