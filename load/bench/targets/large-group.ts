import { Platform } from '@berth/test/platform';
import { runLightLoader } from '../../light/light-loader.ts';
import { seedConversation, seedUsers } from '../berth-targets.ts';
import { unlimited } from '../unlimited.ts';
import type { Measure } from './figures.ts';
import { lightTargets } from './light-targets.ts';
import { metricOf, processesOf } from './platform-processes.ts';

const members = 9_900;
const perSecond = 1;
const seconds = 12;
/** In which the loader ends and its connections with it. */
const leavingMs = 1_000;

/** One writes to a group that is all here; each message is timed from when it was due until the last member has it. */
export const largeGroup: Measure = {
  name: 'group',
  about: `a group of ${members}, one message a second`,
  figures: [
    {
      ...{ target: 'group', name: `${members} members reached, p99 of all deliveries`, unit: 'ms' },
      bound: { value: 150, better: 'less' },
      read: ({ p99Ms }) => p99Ms!,
    },
    { ...{ target: '', name: '… the last of all', unit: 'ms' }, read: ({ maxMs }) => maxMs! },
    {
      ...{ target: 'group', name: 'longest stall of the chat node meanwhile', unit: 'ms' },
      bound: { value: 50, better: 'less' },
      read: ({ stallMs }) => stallMs!,
    },
    { ...{ target: '', name: 'loader', unit: 'cores' }, read: ({ loaderCores }) => loaderCores! },
  ],
  async measure(_say, signal) {
    const platform = await Platform.start({ nodes: 1, environment: unlimited });
    try {
      const users = await seedUsers(platform, members);
      const conversation = await seedConversation(platform, 'group', users);
      const chat = platform.nodes[0]!;
      const stalls: { atMs: number; stallMs: number }[] = [];
      // Reset by each look.
      const look = async () => {
        const seconds = await metricOf(chat.opsUrl, 'nodejs_eventloop_lag_max_seconds');
        stalls.push({ atMs: performance.now(), stallMs: 1_000 * seconds });
      };
      let looking: NodeJS.Timeout | undefined;
      let connected = 0;
      const measure = await runLightLoader(
        {
          ...{ dialect: 'berth', pattern: 'group', senders: 1, rate: perSecond },
          ...{ warmSeconds: 3, seconds },
        },
        lightTargets(
          platform,
          users.map((user) => ({ user, conversation })),
          async () => {
            if (++connected === members) looking = setInterval(() => look().catch(() => {}), 250);
          },
        ),
        processesOf(platform),
        signal,
      ).finally(() => clearInterval(looking));
      // Neither the last log-ins, nor that everybody leaves at once.
      const [from, to] = [performance.now() - 1_000 * seconds, performance.now() - leavingMs];
      const meanwhile = stalls.filter(({ atMs }) => atMs > from && atMs < to);
      if (measure.missing !== 0) throw new Error(`${measure.missing} deliveries have not come`);
      return {
        p99Ms: measure.deliveredIn.p99Ms,
        maxMs: measure.deliveredIn.maxMs,
        stallMs: Math.max(...meanwhile.map(({ stallMs }) => stallMs)),
        loaderCores: measure.ownCpuSeconds / measure.seconds,
      };
    } finally {
      await platform.close();
    }
  },
};
