import { Platform } from '@berth/test/platform';
import { measureDurableWrites } from './durable-writes.ts';
import { measurePlacement } from './placement.ts';
import { collectOnSignal } from './processes.ts';
import { type Bound, boundOf, isWithin, type Outcome } from './reached.ts';
import { measureFanOut, measureIdleMemory, measurePairs } from './scenarios.ts';
import { median, type PartRow, type Row, renderPartTable, renderTable } from './table.ts';
import { unlimited } from './unlimited.ts';

export interface ProductOptions {
  rounds: number;
  /** Idle connections of the memory row. */
  connections: number;
}

/** The real platform and its peers, each pattern on all of them in turn: the medians as tables of Markdown. */
export async function measureProduct(
  options: ProductOptions,
): Promise<{ text: string; outcomes: Outcome[] }> {
  const rows = await measurePatterns(options);
  const parts = await measureParts(options);
  const placed = parts.find(({ name }) => name.startsWith('placements'))!;
  const memory = rows[0]!;
  return {
    text: `${renderTable(rows)}\n\n${renderPartTable(parts)}`,
    outcomes: [
      outcome(
        'P2',
        'memory of an idle connection after a collection ÷ socket.io’s',
        memory.berth / memory.socketIo,
        {
          ...{ value: 0.5, better: 'less' },
        },
      ),
      outcome('P12', `${placed.name} ÷ ${placed.by}`, placed.ratio, { value: 0.8, better: 'more' }),
    ],
  };
}

const outcome = (target: string, what: string, ratio: number, bound: Bound): Outcome => ({
  ...{ target, what, measured: `${ratio.toFixed(2)} ×`, bound: boundOf(bound) },
  isMet: isWithin(bound, ratio),
});

async function measurePatterns({ rounds, connections }: ProductOptions): Promise<Row[]> {
  const platform = await Platform.start({
    nodes: 1,
    environment: { ...unlimited, chat: { ...unlimited.chat, NODE_OPTIONS: collectOnSignal } },
  });
  const rows: Row[] = [];
  try {
    // First, in processes that have done nothing yet: memory that a process once had is not given back.
    console.log(`memory per idle connection, ${connections} of them`);
    rows.push({
      name: 'memory per idle connection',
      unit: ' KB',
      ...(await measureIdleMemory(platform, connections)),
    });
    for (const [name, measure] of [
      ['1:1, 16 in flight, acknowledged/s', measurePairs],
      ['group of 100, deliveries/s', measureFanOut],
    ] as const) {
      const results = [];
      for (let round = 0; round < rounds; round++) {
        console.log(`${name}: round ${round + 1} of ${rounds}`);
        results.push(await measure(platform, round % 2 === 1));
      }
      rows.push({
        name,
        unit: '/s',
        berth: median(results.map(({ berth }) => berth)),
        relay: median(results.map(({ relay }) => relay)),
        socketIo: median(results.map(({ socketIo }) => socketIo)),
      });
    }
  } finally {
    await platform.close();
  }
  return rows;
}

async function measureParts({ rounds }: ProductOptions): Promise<PartRow[]> {
  console.log('durable writes, against bare multi-row inserts');
  const durable = await measureDurableWrites({ rounds });
  console.log('placements, against the ceiling of pipelined script calls');
  const placement = await measurePlacement();
  const { berth: ours, bare, single, ratio } = durable;
  return [
    { name: 'messages stored', ours, bare, ratio, by: 'multi-row INSERT' },
    {
      ...{ name: 'messages stored', ours, bare: single },
      ...{ ratio: ours / single, by: 'single-row prepared INSERT' },
    },
    {
      ...{ name: 'placements and reports, 1,000 nodes', ours: placement.picks + placement.reports },
      ...{ bare: placement.ceiling, ratio: placement.ratio, by: 'the smallest script that writes' },
    },
  ];
}
