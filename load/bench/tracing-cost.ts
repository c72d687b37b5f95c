import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { compileLightLoader } from '../light/light-loader.ts';
import { compare } from './against/compare.ts';
import { patterns } from './against/measure.ts';
import { type Round, shown } from './against/table.ts';
import { parseBenchOptions } from './options.ts';
import { describeLoad, describeMachine, today, writeSection } from './report.ts';
import { median } from './table.ts';

/**
 * `node load/bench/tracing-cost.ts [--rounds 5] [--seconds 5]`: two platforms of the present build stand side by side, one of
 * which traces one request in a hundred and sends its spans to a collector that takes them and throws them away. Each pattern is
 * measured on one and then on the other, the order turned round each round: the CPU of all server processes a message.
 */
const names = ['pairs', 'open', 'group'] as const;
/** What it may cost. */
const allowed = 1.02;

const root = join(import.meta.dirname, '../..');
let sent = 0;
const collector = createServer(async (request, response) => {
  for await (const chunk of request) sent += (chunk as Buffer).length;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}).listen(0, '127.0.0.1');
await once(collector, 'listening');

/** `--rounds` and `--seconds`, as of `npm run bench`. */
const { rounds, seconds } = parseBenchOptions(process.argv.slice(2));
const aborting = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => aborting.abort());

compileLightLoader();
const load = describeLoad();
const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
const comparison = await compare({
  revision: { name: 'not traced', folder: root },
  present: {
    ...{ name: 'traced at 1 %', folder: root },
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: '0.01' },
  },
  ...{ rounds, duration: { warmSeconds: 2, seconds }, storedMs: 0, only: [...names] },
  ...{ say: console.log, signal: aborting.signal },
});
collector.close();
collector.closeAllConnections();
if (comparison.failure) throw comparison.failure;

const row = (name: (typeof names)[number]): string => {
  const us = (round: Round) => round[name]!.serverUs;
  const off = comparison.rounds.map(({ revision }) => us(revision));
  const on = comparison.rounds.map(({ present }) => us(present));
  const ratios = on.map((value, at) => value / off[at]!);
  const ratio = median(ratios);
  const spread = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
  return `| ${patterns[name].name} | ${shown(median(off))} µs | ${shown(median(on))} µs | ${ratio.toFixed(3)} (${spread}) | ${ratio <= allowed ? 'met' : 'not met'} |`;
};
const table = [
  '| server CPU a message, or delivery | not traced | traced at 1 % | ratio, median of pairs (all) | ≤ 1.02 |',
  '| --- | --- | --- | --- | --- |',
  ...names.map(row),
].join('\n');
const text = `Measured on ${today()} on ${describeMachine()}; ${comparison.rounds.length} pairs; ${load}; ${(sent / 2 ** 20).toFixed(0)} MB of spans were sent.\n\n${table}`;
console.log(text);
writeSection('tracing', text);
