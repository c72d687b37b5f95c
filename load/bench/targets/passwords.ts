import { setTimeout as elapse } from 'node:timers/promises';
import { type Person, seedPeople } from '@berth/test/people';
import { Platform } from '@berth/test/platform';
import { GateDoor } from '../../driver/gate-door.ts';
import { CpuMeter } from '../../machine/process-cpu.ts';
import { measureArgon2 } from '../peers/measure-argon2.ts';
import { unlimited } from '../unlimited.ts';
import type { Measure } from './figures.ts';
import { metricOf, processesOf } from './platform-processes.ts';

const people = 200;
/** As many hashes at a time as gate does, and twice as many who wait for one. */
const hashes = 2;
const atATime = 2 * hashes;
const warmSeconds = 6;
const seconds = 15;
/** Between two ticks of the look at the event loop that prom-client takes: what it shows of a loop that is never late. */
const lookMs = 10;

/** Log-ins by password as fast as they are answered, beside argon2id with the same parameters and nothing else. */
export const passwords: Measure = {
  name: 'passwords',
  about: `password log-ins, ${atATime} at a time`,
  figures: [
    {
      ...{ target: 'P11', name: 'password log-ins ÷ bare argon2id, by rate', unit: '×' },
      bound: { value: 0.95, better: 'more' },
      read: ({ perSecond, barePerSecond }) => perSecond! / barePerSecond!,
    },
    { ...{ target: '', name: '… log-ins', unit: 'a second' }, read: ({ perSecond }) => perSecond! },
    {
      ...{ target: '', name: '… bare argon2id', unit: 'a second' },
      read: ({ barePerSecond }) => barePerSecond!,
    },
    {
      ...{ target: 'P11', name: 'gate’s event loop while they log in, p99', unit: 'ms' },
      bound: { value: 10, better: 'less' },
      read: ({ loopMs }) => loopMs!,
    },
    { ...{ target: '', name: 'CPU of gate a log-in', unit: 'ms' }, read: ({ gateMs }) => gateMs! },
    {
      ...{ target: '', name: 'CPU of the other processes a log-in', unit: 'ms' },
      read: ({ othersMs }) => othersMs!,
    },
    { ...{ target: '', name: 'CPU of a bare hash', unit: 'ms' }, read: ({ bareMs }) => bareMs! },
  ],
  async measure(say, _signal, number) {
    const bareFirst = number % 2 === 1;
    const before = bareFirst ? await measureBare() : undefined;
    const platform = await Platform.start({
      nodes: 1,
      environment: {
        ...unlimited,
        gate: { ...unlimited.gate, LOGINS_PER_ACCOUNT_MINUTE: '1000000', HASH_CONCURRENCY: String(hashes) },
      },
    });
    try {
      const logIns = await measureLogIns(platform, await seedPeople(platform, people, 'p', 'full'));
      say(`${logIns.perSecond.toFixed(1)} log-ins a second`);
      return { ...logIns, ...(before ?? (await measureBare())) };
    } finally {
      await platform.close();
    }
  },
};

async function measureLogIns(platform: Platform, everybody: Person[]) {
  const door = new GateDoor({ gateUrl: platform.gateUrl });
  let done = 0;
  let next = 0;
  const until = performance.now() + (warmSeconds + seconds) * 1_000;
  const loop = async () => {
    while (performance.now() < until) {
      const { email, password } = everybody[next++ % everybody.length]!;
      await door.post('/v1/sessions', { email, password, device: { class: 'bench' } });
      done++;
    }
  };
  const loops = Array.from({ length: atATime }, loop);
  await elapse(warmSeconds * 1_000);
  const { opsUrl } = platform.service('gate');
  // Reset by each look: what comes after the warming up counts, and not how gate started.
  const loopMs = async () =>
    Math.max(0, 1_000 * (await metricOf(opsUrl, 'nodejs_eventloop_lag_p99_seconds')) - lookMs);
  await loopMs();
  const meter = new CpuMeter(processesOf(platform));
  const [startedAt, doneBefore] = [performance.now(), done];
  await Promise.all(loops);
  const cores = meter.stop();
  const took = (performance.now() - startedAt) / 1_000;
  const count = done - doneBefore;
  const msOf = (name: string) => (cores[name]! * took * 1_000) / count;
  const names = Object.keys(cores).filter((name) => name !== 'gate');
  return {
    perSecond: count / took,
    loopMs: await loopMs(),
    gateMs: msOf('gate'),
    othersMs: names.reduce((sum, name) => sum + msOf(name), 0),
  };
}

async function measureBare() {
  const { perSecond, cpuUs } = await measureArgon2(hashes, 8);
  return { barePerSecond: perSecond, bareMs: cpuUs / 1_000 };
}
