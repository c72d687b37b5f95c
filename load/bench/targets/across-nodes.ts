import { Platform } from '@berth/test/platform';
import { runLightLoader } from '../../light/light-loader.ts';
import { seedDirects, seedUsers } from '../berth-targets.ts';
import { measureGrpc } from '../peers/measure-grpc.ts';
import { unlimited } from '../unlimited.ts';
import type { Measure } from './figures.ts';
import { type LightMember, lightTargets } from './light-targets.ts';
import { processesOf } from './platform-processes.ts';

const pairs = 40;
const patterns = ['same', 'cross'] as const;

/** Pairs on two nodes, each on one of them or one of it on either: the same work, less what lies between the nodes. */
export const acrossNodes: Measure = {
  name: 'nodes',
  about: `${pairs} pairs on two chat nodes, 16 in flight`,
  figures: [
    {
      ...{ target: 'P8', name: 'pairs across nodes ÷ pairs on one, by rate', unit: '×' },
      bound: { value: 0.95, better: 'more' },
      read: ({ cross, same }) => cross! / same!,
    },
    { ...{ target: '', name: '… across', unit: 'messages a second' }, read: ({ cross }) => cross! },
    { ...{ target: '', name: '… on one', unit: 'messages a second' }, read: ({ same }) => same! },
    {
      ...{ target: '', name: 'server CPU a message, across ÷ on one', unit: '×' },
      read: ({ crossUs, sameUs }) => crossUs! / sameUs!,
    },
    {
      ...{ target: '', name: 'what a message costs more across nodes', unit: 'µs' },
      read: ({ crossUs, sameUs }) => crossUs! - sameUs!,
    },
    {
      ...{ target: '', name: '… of grpc-js with batched streams, both ends', unit: 'µs' },
      read: ({ streamUs }) => streamUs!,
    },
    {
      ...{ target: '', name: '… of grpc-js unary calls, both ends', unit: 'µs' },
      read: ({ unaryUs }) => unaryUs!,
    },
    {
      ...{ target: 'P8', name: 'pairs across nodes ÷ grpc-js batched streams, by rate', unit: '×' },
      bound: { value: 0.5, better: 'more' },
      read: ({ cross, streamed }) => cross! / streamed!,
    },
    {
      ...{ target: 'P8', name: 'pairs across nodes ÷ grpc-js unary calls, by rate', unit: '×' },
      bound: { value: 40, better: 'more' },
      read: ({ cross, unary }) => cross! / unary!,
    },
  ],
  async measure(_say, signal, number) {
    const platform = await Platform.start({ nodes: 2, environment: unlimited });
    const reading: Record<string, number> = {};
    try {
      for (const pattern of number % 2 === 1 ? patterns : patterns.toReversed()) {
        const users = await seedUsers(platform, 2 * pairs);
        const conversations = await seedDirects(platform, users);
        const members = users.map((user, index): LightMember => {
          const pair = index >> 1;
          const node = pattern === 'same' ? pair % 2 : (pair + index) % 2;
          return { user, conversation: conversations[pair]!, avoid: [platform.nodes[1 - node]!.name] };
        });
        const measure = await runLightLoader(
          { dialect: 'berth', pattern: 'pairs', window: 16, warmSeconds: 2, seconds: 5 },
          lightTargets(platform, members),
          processesOf(platform),
          signal,
        );
        if (measure.missing !== 0) throw new Error(`${measure.missing} deliveries have not come`);
        const perSecond = measure.acknowledged / measure.seconds;
        const cores = Object.values(measure.serverCores).reduce((sum, some) => sum + some, 0);
        reading[pattern] = perSecond;
        reading[`${pattern}Us`] = (cores * 1e6) / perSecond;
      }
    } finally {
      await platform.close();
    }
    const [unary, streamed] = [await measureGrpc('unary', 3), await measureGrpc('stream', 3)];
    return {
      ...reading,
      ...{ unary: unary.perSecond, unaryUs: unary.cpuUs },
      ...{ streamed: streamed.perSecond, streamUs: streamed.cpuUs },
    };
  },
};
