import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Platform } from '@berth/test/platform';
import { measureDurableWrites } from './durable-writes.ts';
import { measurePlacement } from './placement.ts';
import { collectOnSignal } from './processes.ts';
import { measureFanOut, measureIdleMemory, measurePairs } from './scenarios.ts';
import { median, type PartRow, type Row, renderPartTable, renderTable } from './table.ts';

/**
 * `npm run bench [-- --rounds N] [-- --connections N]`: starts the real platform and its peers, measures each pattern on all of
 * them in turn, and writes the medians and ratios into docs/benchmarks.md.
 */
const options = new Map<string, number>([
  ['rounds', 3],
  ['connections', 5_000],
]);
for (let index = 2; index < process.argv.length; index += 2) {
  const name = process.argv[index]!.replace(/^--/, '');
  const value = Number(process.argv[index + 1]);
  if (!options.has(name) || !(value > 0)) {
    console.error(`bench: expected ${[...options.keys()].map((key) => `--${key} N`).join(' or ')}`);
    process.exit(1);
  }
  options.set(name, value);
}

const platform = await Platform.start({
  nodes: 1,
  environment: {
    gate: { REQUESTS_PER_ADDRESS_MINUTE: '10000000' },
    status: { ADMISSION_RATE: '100000' },
    chat: {
      ...{
        HELLO_RATE: '100000',
        CAPACITY: '100000',
        SENDS_PER_SECOND: '1000000',
        SENDS_BURST: '1000000',
      },
      ...{ FRAMES_PER_SECOND: '1000000', FRAMES_BURST: '1000000', NODE_OPTIONS: collectOnSignal },
    },
  },
});
const rows: Row[] = [];
const partRows: PartRow[] = [];
try {
  // First, in processes that have done nothing yet: memory that a process once had is not given back.
  console.log(`memory per idle connection, ${options.get('connections')} of them`);
  rows.push({
    name: 'memory per idle connection',
    unit: ' KB',
    ...(await measureIdleMemory(platform, options.get('connections')!)),
  });
  const rounds = options.get('rounds')!;
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

console.log('durable writes, against bare multi-row inserts');
const durable = await measureDurableWrites({ rounds: options.get('rounds')! });
partRows.push({
  name: 'messages stored',
  ours: durable.berth,
  bare: durable.bare,
  ratio: durable.ratio,
  by: 'multi-row INSERT',
});
partRows.push({
  ...{
    name: 'messages stored',
    ours: durable.berth,
    bare: durable.single,
    ratio: durable.berth / durable.single,
  },
  by: 'single-row prepared INSERT',
});
console.log('placements, against the ceiling of pipelined script calls');
const placement = await measurePlacement();
partRows.push({
  ...{ name: 'placements and reports, 1,000 nodes', ours: placement.picks + placement.reports },
  ...{ bare: placement.ceiling, ratio: placement.ratio, by: 'the smallest script that writes' },
});

const machine = `${cpus().length} cores (${cpus()[0]!.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
const table = `${renderTable(rows)}\n\n${renderPartTable(partRows)}`;
console.log(`\n${machine}\n\n${table}`);
const file = join(import.meta.dirname, '../../docs/benchmarks.md');
const text = readFileSync(file, 'utf8').replace(
  /(<!-- begin measured -->\n)[\s\S]*?(<!-- end measured -->)/,
  (_, begin: string, end: string) =>
    `${begin}\nMeasured on ${new Date().toISOString().slice(0, 10)} on ${machine}; medians of ${options.get('rounds')} rounds.\n\n${table}\n\n${end}`,
);
writeFileSync(file, text);
