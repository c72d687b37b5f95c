import type { Revision } from '@berth/test/revision';
import { type LightMeasure, type LightPlan, runLightLoader } from '../../light/light-loader.ts';
import { pinAll, pinnedCores } from '../../machine/pin.ts';
import { Side } from '../against/side.ts';
import { loaderLimitCores } from '../against/table.ts';
import { markdown, shown } from '../markdown.ts';
import type { Outcome } from '../reached.ts';
import { median } from '../table.ts';
import { firstTargets, type Medians, mediansOf, type PatternName } from './first-targets.ts';
import { MissingPeer } from './missing-peer.ts';
import { renderPlot } from './plot.ts';
import { type FieldPeer, fieldPeers, type RunningPeer } from './servers.ts';

export interface FieldOptions {
  present: Revision;
  peers?: FieldPeer[];
  rounds: number;
  warmSeconds: number;
  seconds: number;
  /** Messages a second of the open loop. Default 20,000. */
  openRate?: number;
  say: (line: string) => void;
  signal?: AbortSignal;
}

interface Pattern {
  key: PatternName;
  name: string;
  /** Of its plot. */
  file: string;
  unit: 'message' | 'delivery';
  plan: Pick<LightPlan, 'pattern' | 'senders' | 'window' | 'rate'>;
  rooms: number;
  size: number;
  /** Of these alone, by their names. Default: all. */
  only?: string[];
}

const berth = 'Berth';

const patternsAt = (openRate: number): Pattern[] => [
  {
    key: 'pairs',
    name: '1:1, 40 pairs, 16 in flight',
    file: 'pairs.svg',
    unit: 'message',
    plan: { pattern: 'pairs', window: 16 },
    ...{ rooms: 40, size: 2 },
  },
  {
    key: 'group',
    name: 'group of 100, 20 write, 16 in flight',
    file: 'group.svg',
    unit: 'delivery',
    plan: { pattern: 'group', senders: 20, window: 16 },
    ...{ rooms: 1, size: 100 },
  },
  {
    key: 'lone',
    name: '1:1, one pair, 1 in flight',
    file: 'lone.svg',
    unit: 'message',
    plan: { pattern: 'pairs', window: 1 },
    ...{ rooms: 1, size: 2, only: [berth, 'bare relay', 'ws', 'socket.io 4.8'] },
  },
  {
    key: 'open',
    name: `1:1, 40 pairs, open loop at ${openRate.toLocaleString('en')}/s`,
    file: 'open.svg',
    unit: 'message',
    plan: { pattern: 'pairs', rate: openRate },
    ...{ rooms: 40, size: 2, only: [berth, 'bare relay'] },
  },
];

/** µs of server CPU, and how many a second, of one pattern in one round. */
interface Reading {
  serverUs: number;
  perSecond: number;
  /** Until acknowledged; in an open loop from when it was due until delivered. */
  p50Ms: number;
  p99Ms: number;
  loaderCores: number;
}

export interface FieldComparison {
  /** Tables of Markdown. */
  text: string;
  /** Of what each pattern takes, by the file's name. */
  plots: Record<string, string>;
  /** Of the targets that are ratios to peers. */
  outcomes: Outcome[];
}

/** Berth and its peers, each pattern in fresh processes each round, the order turned round each time. */
export async function compareField(options: FieldOptions): Promise<FieldComparison> {
  const { rounds, say, signal } = options;
  const patterns = patternsAt(options.openRate ?? 20_000);
  const missing: string[] = [];
  const failures: string[] = [];
  const readings = new Map<string, Reading[]>();
  const key = (pattern: Pattern, name: string) => `${pattern.name}/${name}`;
  const peers: FieldPeer[] = [
    {
      name: berth,
      lacks: 'stored before it is acknowledged, once, gapless',
      start: () => startBerth(options.present),
    },
    ...(options.peers ?? fieldPeers),
  ];
  for (let round = 1; round <= rounds; round++) {
    for (const peer of round % 2 === 1 ? peers : peers.toReversed()) {
      for (const pattern of patterns) {
        if (missing.some((line) => line.startsWith(`${peer.name}: `))) continue;
        if (pattern.only && !pattern.only.includes(peer.name)) continue;
        signal?.throwIfAborted();
        say(`round ${round} of ${rounds}: ${pattern.name}: ${peer.name}`);
        try {
          const reading = await read(peer, pattern, options);
          const name = key(pattern, peer.name);
          readings.set(name, [...(readings.get(name) ?? []), reading]);
        } catch (error) {
          // A run of many minutes is not for nothing; what is left out is told.
          signal?.throwIfAborted();
          const { message } = error as Error;
          if (error instanceof MissingPeer) missing.push(`${peer.name}: ${message}`);
          else failures.push(`round ${round}: ${message}`);
          say(message);
        }
      }
    }
  }
  const plots: FieldComparison['plots'] = {};
  const medians = new Map<string, Medians>();
  for (const { name } of peers)
    for (const pattern of patterns) {
      const found = readings.get(key(pattern, name));
      if (found) medians.set(name, { ...medians.get(name), [pattern.key]: mediansOf(found) });
    }
  const tables = patterns.flatMap((pattern) => {
    const rows = peers.flatMap(({ name, lacks }) => {
      const found = readings.get(key(pattern, name));
      return found ? [{ name, lacks, readings: found }] : [];
    });
    if (rows.length === 0) return [];
    plots[pattern.file] = renderPlot(
      `Server CPU a ${pattern.unit}: ${pattern.name}`,
      rows.map(({ name, readings: found }) => {
        const value = median(found.map(({ serverUs }) => serverUs));
        return { name, value, label: `${shown(value)} µs`, isOwn: name === berth };
      }),
    );
    return [`${render(pattern, rows)}\n\n![Server CPU a ${pattern.unit}](benchmarks/${pattern.file})`];
  });
  const left = [...missing, ...failures].map((line) => `Left out: ${line}.`);
  return { text: [...tables, ...left].join('\n\n'), plots, outcomes: firstTargets(medians) };
}

async function read(peer: FieldPeer, pattern: Pattern, options: FieldOptions): Promise<Reading> {
  const { warmSeconds, seconds, signal } = options;
  const running = await peer.start(options.say);
  try {
    if (pinnedCores) pinAll(running.processes, pinnedCores.servers);
    const plan: LightPlan = {
      ...{ dialect: running.dialect, ...pattern.plan, warmSeconds, seconds },
      core: pinnedCores?.loader,
    };
    const targets = await running.targets(pattern.rooms, pattern.size, pattern.plan.pattern);
    const measure = await runLightLoader(plan, targets, running.processes, signal);
    assertWhole(measure, `${peer.name}, ${pattern.name}`);
    const perSecond =
      (pattern.unit === 'delivery' ? measure.delivered : measure.acknowledged) / measure.seconds;
    const cores = Object.values(measure.serverCores).reduce((sum, some) => sum + some, 0);
    const { p50Ms, p99Ms } = pattern.plan.rate === undefined ? measure.acknowledgedIn : measure.deliveredIn;
    return {
      serverUs: (cores * 1e6) / perSecond,
      perSecond,
      ...{ p50Ms, p99Ms },
      loaderCores: measure.ownCpuSeconds / measure.seconds,
    };
  } finally {
    await running.stop();
  }
}

function assertWhole({ refused, refusal, missing, disordered }: LightMeasure, where: string): void {
  if (refused > 0) throw new Error(`${where}: ${refused} refused; the first: ${refusal}`);
  if (missing !== 0) throw new Error(`${where}: ${missing} deliveries have not come`);
  if (disordered > 0) throw new Error(`${where}: ${disordered} deliveries were out of order`);
}

async function startBerth(present: Revision): Promise<RunningPeer> {
  const side = await Side.start(present);
  return {
    dialect: 'berth',
    processes: side.processes,
    targets: async (rooms, size, pattern) =>
      side.targets(pattern === 'pairs' ? await side.pairs(rooms) : await side.group(size)),
    stop: () => side.stop(),
  };
}

function render(
  { name, unit, plan }: Pattern,
  rows: { name: string; lacks: string; readings: Reading[] }[],
): string {
  const of = (readings: Reading[], figure: keyof Reading) =>
    median(readings.map((reading) => reading[figure]));
  const own = rows.find((row) => row.name === berth);
  const ownUs = own && of(own.readings, 'serverUs');
  const lines = rows.map(({ name: peer, lacks, readings }) => {
    const loader = of(readings, 'loaderCores');
    return [
      loader > loaderLimitCores ? `${peer} ‡` : peer,
      `${shown(of(readings, 'serverUs'))} µs`,
      ownUs === undefined ? '' : (ownUs / of(readings, 'serverUs')).toFixed(2),
      `${shown(of(readings, 'perSecond'))}/s`,
      `${shown(of(readings, 'p50Ms'))} ms`,
      `${shown(of(readings, 'p99Ms'))} ms`,
      loader.toFixed(2),
      lacks,
    ];
  });
  const plural = unit === 'message' ? 'messages' : 'deliveries';
  const head = [
    name,
    `server CPU a ${unit}`,
    'Berth’s ÷ it',
    plural,
    `${plan.rate === undefined ? 'acknowledged' : 'due to delivered'}, p50`,
    'p99',
    'loader, cores',
    'what it does, or does not',
  ];
  const table = markdown([head, ...lines]);
  return lines.some(([peer]) => peer!.endsWith('‡'))
    ? `${table}\n\n‡ The loader took more than ${loaderLimitCores} of a core: it may be what was measured.`
    : table;
}
