import type { DurableWritesMeasure } from '../durable-writes.ts';
import { markdown, shown } from '../markdown.ts';
import { type Bound, boundOf, isWithin, type Outcome } from '../reached.ts';
import { median } from '../table.ts';
import { type ListReading, listLength } from './long-list.ts';
import type { patterns, Reading } from './measure.ts';

/** What one round has shown of one side. */
export type Round = Partial<Record<keyof typeof patterns, Reading>> & {
  stored?: DurableWritesMeasure;
  list?: ListReading;
};

export interface Comparison {
  revision: string;
  present: string;
  /** Pairs of rounds that were measured one after the other. */
  rounds: { revision: Round; present: Round }[];
  /** What ended it before its last round. */
  failure?: Error;
}

interface Row {
  name: string;
  unit: string;
  /** Undefined where it was not measured. */
  of: (round: Round) => number | undefined;
  /** What the present build is to reach, in itself or as a ratio to the other one. */
  target?: Bound & { by: 'itself' | 'ratio' };
  /** Of the targets: `P4`. */
  number?: string;
  /** Whose loader is looked at. */
  pattern?: keyof typeof patterns;
}

const atMost = (value: number, by: 'itself' | 'ratio') => ({ value, by, better: 'less' as const });

const rows: Row[] = [
  {
    name: '1:1, 40 pairs, 16 in flight: server CPU a message',
    unit: 'µs',
    of: ({ pairs }) => pairs?.serverUs,
    target: atMost(12, 'itself'),
    number: 'P4',
    pattern: 'pairs',
  },
  { name: '… messages', unit: '/s', of: ({ pairs }) => pairs?.perSecond, pattern: 'pairs' },
  {
    name: '1:1, open loop at 2,000/s: server CPU a message',
    unit: 'µs',
    of: ({ open }) => open?.serverUs,
    target: atMost(100, 'itself'),
    number: 'P4',
    pattern: 'open',
  },
  {
    ...{ name: '… due to delivered, p50', unit: 'ms', of: ({ open }) => open?.p50Ms },
    ...{ target: atMost(0.6, 'ratio'), number: 'P7', pattern: 'open' },
  },
  {
    ...{ name: '… p99', unit: 'ms', of: ({ open }) => open?.p99Ms },
    ...{ target: atMost(0.6, 'ratio'), number: 'P7', pattern: 'open' },
  },
  { name: '… p99.9', unit: 'ms', of: ({ open }) => open?.p999Ms, pattern: 'open' },
  {
    name: 'group of 100, 20 write: server CPU a delivery',
    unit: 'µs',
    of: ({ group }) => group?.serverUs,
    target: atMost(0.2, 'itself'),
    number: 'P3',
    pattern: 'group',
  },
  { name: '… deliveries', unit: '/s', of: ({ group }) => group?.perSecond, pattern: 'group' },
  {
    name: '1,000 conversations: MySQL’s CPU a stored message',
    unit: 'µs',
    of: ({ many }) => many?.cpuUs.MySQL,
    target: atMost(0.6, 'ratio'),
    pattern: 'many',
  },
  {
    name: 'stored in one process, against bare multi-row INSERT',
    unit: '',
    of: ({ stored }) => stored?.ratio,
    target: { value: 0.75, by: 'itself', better: 'more' },
    number: 'P6',
  },
  {
    ...{ name: 'a lone send until acknowledged, median', unit: 'ms', of: ({ lone }) => lone?.p50Ms },
    ...{ target: atMost(0.6, 'ratio'), number: 'P5', pattern: 'lone' },
  },
  {
    name: `a list of ${listLength.toLocaleString('en')}, its first page: server CPU`,
    unit: 'ms',
    of: ({ list }) => list?.serverMs,
    target: atMost(1, 'ratio'),
  },
  { name: '… MySQL’s', unit: 'ms', of: ({ list }) => list?.mysqlMs },
  {
    ...{ name: '… until answered, median', unit: 'ms', of: ({ list }) => list?.medianMs },
    target: atMost(1, 'ratio'),
  },
];

/** Above it the loader may be what is measured. */
export const loaderLimitCores = 0.7;
const mark = '‡';

function renderRow({ name, unit, of, target, pattern }: Row, { rounds }: Comparison): string[] {
  const before = median(rounds.map(({ revision }) => of(revision)!));
  const now = median(rounds.map(({ present }) => of(present)!));
  // Of what was measured one after the other, which the machine's moods bear on alike.
  const ratio = median(rounds.map(({ revision, present }) => of(present)! / of(revision)!));
  const withUnit = (value: number) => `${shown(value)}${unit.startsWith('/') ? unit : unit && ` ${unit}`}`;
  const loaders =
    pattern &&
    (['revision', 'present'] as const).map((side) =>
      median(rounds.map((round) => round[side][pattern]!.loaderCores)),
    );
  const isMarked = loaders?.some((cores) => cores > loaderLimitCores);
  return [
    isMarked ? `${name} ${mark}` : name,
    withUnit(before),
    withUnit(now),
    ratio.toFixed(2),
    target ? verdict(target, target.by === 'ratio' ? ratio : now) : '',
    loaders ? loaders.map((cores) => cores.toFixed(2)).join(' / ') : '',
  ];
}

function verdict({ by, ...bound }: NonNullable<Row['target']>, reached: number): string {
  return `${boundOf(bound)}${by === 'ratio' ? ' ×' : ''}: ${isWithin(bound, reached) ? 'met' : 'not met'}`;
}

/** What it says of numbered targets. */
export function comparisonOutcomes({ revision, rounds }: Comparison): Outcome[] {
  return rows.flatMap(({ name, unit, of, target, number }): Outcome[] => {
    if (number === undefined || target === undefined || of(rounds[0]!.present) === undefined) return [];
    const isRatio = target.by === 'ratio';
    const value = median(
      rounds.map((round) => (isRatio ? of(round.present)! / of(round.revision)! : of(round.present)!)),
    );
    const what = name.startsWith('…') ? `1:1, open loop at 2,000/s ${name}` : name;
    return [
      {
        ...{ target: number, what: isRatio ? `${what}, ÷ that of ${revision}` : what },
        measured: `${shown(value)}${isRatio ? ' ×' : unit && ` ${unit}`}`,
        ...{ bound: boundOf(target), isMet: isWithin(target, value) },
      },
    ];
  });
}

/** The comparison as tables of Markdown: what is to be reached, then where the CPU of a message goes. */
export function renderComparison(comparison: Comparison): string {
  const { revision, present, rounds } = comparison;
  const head = ['', revision, present, 'ratio', 'to reach', 'loader, cores'];
  const measured = rounds[0]!.present;
  const groups = Object.keys((measured.pairs ?? measured.open ?? measured.group)?.cpuUs ?? {});
  const table = rows.filter(({ of }) => of(measured) !== undefined).map((row) => renderRow(row, comparison));
  const parts: string[] = [markdown([head, ...table])];
  if (table.some(([name]) => name!.endsWith(mark)))
    parts.push(
      `${mark} The loader took more than ${loaderLimitCores} of a core: it may be what was measured.`,
    );
  const shares = (Object.keys(nameOf) as (keyof typeof nameOf)[])
    .filter((pattern) => measured[pattern])
    .flatMap((pattern) =>
      (['revision', 'present'] as const).map((side) => {
        const readings = rounds.map((round) => round[side][pattern]!.cpuUs);
        return [
          `${nameOf[pattern]}, ${comparison[side]}`,
          ...groups.map((group) => shown(median(readings.map((cpuUs) => cpuUs[group] ?? 0)))),
        ];
      }),
    );
  parts.push(markdown([['µs of CPU a message (group: a delivery)', ...groups], ...shares]));
  return parts.join('\n\n');
}

const nameOf = {
  pairs: '1:1, 16 in flight',
  open: '1:1, 2,000/s',
  group: 'group of 100',
  many: '1,000 conversations',
};
