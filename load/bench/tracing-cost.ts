import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { Platform } from '@berth/test/platform';
import { compileLightLoader } from '../light/light-loader.ts';
import { seedConversation, seedDirects, seedUsers } from './berth-targets.ts';
import { markdown, shown } from './markdown.ts';
import { parseBenchOptions } from './options.ts';
import { describeLoad, describeMachine, today, writeSection } from './report.ts';
import { median } from './table.ts';
import type { LightMember } from './targets/light-targets.ts';
import { judge, type Pair, type Ratio, ratioOf } from './tracing/ratio.ts';
import { measureSlices, type SlicedPattern, type Slices } from './tracing/slices.ts';

/**
 * `node load/bench/tracing-cost.ts [--rounds 16] [--seconds 5]`: what it costs that one request in a hundred is traced and its spans
 * are sent to a collector, which takes them and throws them away. Each pattern has a platform and a steady load of its own, under
 * which the chat node's traces are turned on and off: a round is a slice of time with them and one without, and tells the CPU of
 * all server processes a message, by the operating system. The same processes on both sides, the same rate, and slices that lie
 * beside each other: what is left of the machine's moods is told by the interval of the ratio.
 */
const defaults = ['--rounds', '16', '--seconds', '5'];
/** What it may cost. */
const allowed = 1.02;

const pairs = async (platform: Platform): Promise<LightMember[]> => {
  const users = await seedUsers(platform, 80);
  const conversations = await seedDirects(platform, users);
  return users.map((user, index) => ({ user, conversation: conversations[index >> 1]! }));
};
const group = async (platform: Platform): Promise<LightMember[]> => {
  const users = await seedUsers(platform, 100);
  const conversation = await seedConversation(platform, 'group', users);
  return users.map((user) => ({ user, conversation }));
};
const patterns: SlicedPattern[] = [
  { name: '1:1, 40 pairs, 2,000/s', plan: { pattern: 'pairs', rate: 2_000 }, members: pairs },
  { name: '1:1, 40 pairs, 15,000/s', plan: { pattern: 'pairs', rate: 15_000 }, members: pairs },
  {
    name: 'group of 100, 20 write, 3,000/s',
    plan: { pattern: 'group', senders: 20, rate: 3_000 },
    members: group,
  },
];

let sent = 0;
const collector = createServer(async (request, response) => {
  for await (const chunk of request) sent += (chunk as Buffer).length;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}).listen(0, '127.0.0.1');
await once(collector, 'listening');

const { rounds, seconds } = parseBenchOptions([...defaults, ...process.argv.slice(2)]);
const aborting = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => aborting.abort());

compileLightLoader();
const load = describeLoad();
const collectorUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
const measured: [SlicedPattern, Slices][] = [];
try {
  for (const pattern of patterns) {
    const options = {
      ...{ collectorUrl, sent: () => sent, rounds, seconds },
      ...{ say: console.log, signal: aborting.signal },
    };
    const slices = await measureSlices(pattern, options);
    // Otherwise it is not traces that were turned on and off.
    if (slices.sentOn < 10 * slices.sentOff || slices.sentOn === 0)
      throw new Error(`${slices.sentOn} bytes of spans came with traces, ${slices.sentOff} without`);
    measured.push([pattern, slices]);
  }
} finally {
  collector.close();
  collector.closeAllConnections();
}

const withInterval = ({ ratio, low, high }: Ratio): string =>
  `${ratio.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
const middle = (of: Pair[], side: keyof Pair): string => `${shown(median(of.map((pair) => pair[side])))} µs`;
const head = [
  ...['server CPU a message', 'not traced', 'traced at 1 %', 'ratio (95 %)', '… of chat alone'],
  `≤ ${allowed}`,
];
const table = markdown([
  head,
  ...measured.map(([{ name }, { server, chat }]) => {
    const ratio = ratioOf(server);
    return [
      ...[
        name,
        middle(server, 'off'),
        middle(server, 'on'),
        withInterval(ratio),
        withInterval(ratioOf(chat)),
      ],
      judge(ratio, allowed),
    ];
  }),
]);
const text = `Measured on ${today()} on ${describeMachine()}; ${rounds} rounds of two slices of ${seconds} s; ${load}; ${(sent / 2 ** 20).toFixed(0)} MB of spans were sent.\n\n${table}`;
console.log(text);
writeSection('tracing', text);
