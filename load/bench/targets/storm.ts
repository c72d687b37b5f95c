import { Platform } from '@berth/test/platform';
import { DriverFleet } from '../../driver/fleet.ts';
import { CpuMeter } from '../../machine/process-cpu.ts';
import { seedDirects, seedUsers } from '../berth-targets.ts';
import { hold, startPeer } from '../processes.ts';
import { unlimited } from '../unlimited.ts';
import type { Measure, Reading } from './figures.ts';
import { processesOf } from './platform-processes.ts';

const sessions = 5_000;
const groups = ['gate', 'status', 'chat', 'MySQL', 'Redis'];

/** Sessions that are cut all at once and come back by their tokens, beside bare upgrades of as many by the same driver. */
export const storm: Measure = {
  name: 'storm',
  about: `${sessions} sessions cut at once, and back by their tokens`,
  figures: [
    {
      ...{ target: 'P9', name: 'CPU of all server processes a token log-in with resume', unit: 'ms' },
      bound: { value: 0.8, better: 'less' },
      read: ({ cpuMs }) => cpuMs!,
    },
    ...groups.map((group) => ({
      ...{ target: '', name: `… of it ${group}`, unit: 'ms', read: (round: Reading) => round[group]! },
    })),
    {
      ...{ target: '', name: 'CPU of the relay a bare upgrade', unit: 'ms' },
      read: ({ bareCpuMs }) => bareCpuMs!,
    },
    {
      ...{ target: '', name: 'CPU of the driver itself a log-in', unit: 'ms' },
      read: ({ driverMs }) => driverMs!,
    },
    {
      ...{ target: '', name: '… a bare upgrade', unit: 'ms' },
      read: ({ bareDriverMs }) => bareDriverMs!,
    },
    {
      target: 'P9',
      name: `time until ${sessions} are back ÷ that of as many bare ws upgrades`,
      unit: '×',
      bound: { value: 1.5, better: 'less' },
      read: ({ seconds, bareSeconds }) => seconds! / bareSeconds!,
    },
    {
      ...{ target: 'P9', name: 'token log-ins with resume a second ÷ bare upgrades a second', unit: '×' },
      bound: { value: 0.7, better: 'more' },
      read: ({ seconds, bareSeconds }) => bareSeconds! / seconds!,
    },
    { ...{ target: '', name: '… until they are back', unit: 's' }, read: ({ seconds }) => seconds! },
    { ...{ target: '', name: '… bare', unit: 's' }, read: ({ bareSeconds }) => bareSeconds! },
  ],
  async measure(say, _signal, number) {
    const bareFirst = number % 2 === 1;
    const before = bareFirst ? await measureBare() : undefined;
    const platform = await Platform.start({ nodes: 1, environment: unlimited });
    const fleet = await DriverFleet.start({ gateUrl: platform.gateUrl }, 1);
    try {
      const users = await seedUsers(platform, sessions);
      const conversations = await seedDirects(platform, users);
      await fleet.add(
        users.map(({ id, token }, index) => ({
          ...{ user: id, token, conversation: conversations[index >> 1]! },
        })),
      );
      say(`${sessions} are logged in`);
      const meter = new CpuMeter(processesOf(platform));
      const driverMeter = new CpuMeter({ driver: fleet.pids });
      const startedAt = performance.now();
      const report = await fleet.act({
        ...{ loop: { kind: 'open', perSecond: 0 }, warmSeconds: 0, seconds: 0.5, textBytes: 16 },
        cutAfterSeconds: 0.1,
      });
      const cores = meter.stop();
      const driverCores = driverMeter.stop().driver!;
      const meteredSeconds = (performance.now() - startedAt) / 1_000;
      if (report.away > 0) throw new Error(`${report.away} are not back`);
      const msOf = (name: string) => ((cores[name] ?? 0) * meteredSeconds * 1_000) / sessions;
      const bare = before ?? (await measureBare());
      return {
        cpuMs: Object.keys(cores).reduce((sum, name) => sum + msOf(name), 0),
        ...Object.fromEntries(groups.map((group) => [group, msOf(group)])),
        driverMs: (driverCores * meteredSeconds * 1_000) / sessions,
        seconds: report.backIn.atMs(1) / 1_000,
        ...bare,
      };
    } finally {
      await fleet.stop();
      await platform.close();
    }
  },
};

async function measureBare(): Promise<Reading> {
  const relay = await startPeer('relay');
  const meter = new CpuMeter({ relay: [relay.pid] });
  const startedAt = performance.now();
  const held = await hold(
    Array.from({ length: sessions }, (_, index) => ({
      ...({ kind: 'relay', url: `ws://127.0.0.1:${relay.port}`, room: `r${index}` } as const),
      localAddress: '127.0.1.1',
    })),
  );
  const cores = meter.stop().relay!;
  const meteredSeconds = (performance.now() - startedAt) / 1_000;
  await held.release();
  await relay.stop();
  return {
    bareSeconds: held.seconds,
    bareCpuMs: (cores * meteredSeconds * 1_000) / sessions,
    bareDriverMs: (held.cpuSeconds * 1_000) / sessions,
  };
}
