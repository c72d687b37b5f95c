import { setTimeout as elapse } from 'node:timers/promises';
import { Platform } from '@berth/test/platform';
import type { Target } from '../../driver/link.ts';
import { berthTargets, seedUsers } from '../berth-targets.ts';
import { hold, residentBytes, startPeer } from '../processes.ts';
import { unlimited } from '../unlimited.ts';
import { coresDuring } from './exact-cpu.ts';
import type { Measure } from './figures.ts';

/** That are there before memory is looked at, and those that are added. */
const first = 2_500;
const more = 5_000;
/** A driver for so many as get their tickets well before the first of these expires. */
const perDriver = 1_250;
/** Between the last log-in and a look: a round of heartbeats and more. */
const settleMs = 40_000;
const meterMs = 25_000;

/** Sessions that do nothing but beat each 25 s, on a chat node and on the relay, which answers each beat. */
export const idle: Measure = {
  name: 'idle',
  about: `${first + more} idle sessions with a heartbeat each 25 s`,
  figures: [
    {
      ...{ target: 'P2', name: 'memory of an idle connection, no collection forced', unit: 'KB' },
      bound: { value: 10, better: 'less' },
      read: ({ berthKb }) => berthKb!,
    },
    {
      ...{ target: 'P2', name: 'memory of an idle connection ÷ the relay’s', unit: '×' },
      bound: { value: 1.5, better: 'less' },
      read: ({ berthKb, relayKb }) => berthKb! / relayKb!,
    },
    { ...{ target: '', name: '… of the relay', unit: 'KB' }, read: ({ relayKb }) => relayKb! },
    {
      ...{ target: 'P10', name: 'CPU of idle sessions, chat ÷ relay', unit: '×' },
      bound: { value: 1.1, better: 'less' },
      read: ({ berthUs, relayUs }) => berthUs! / relayUs!,
    },
    {
      ...{ target: '', name: '… of chat, a session and second', unit: 'µs' },
      read: ({ berthUs }) => berthUs!,
    },
    { ...{ target: '', name: '… of the relay', unit: 'µs' }, read: ({ relayUs }) => relayUs! },
    {
      ...{ target: '', name: '… of chat without sessions', unit: 'µs a second' },
      read: ({ baseUs }) => baseUs!,
    },
  ],
  async measure(say, _signal, number) {
    if (number % 2 === 1) {
      const relay = await measureRelay(say);
      return { ...relay, ...(await measureBerth(say)) };
    }
    const berth = await measureBerth(say);
    return { ...berth, ...(await measureRelay(say)) };
  },
};

interface Held {
  kb: number;
  us: number;
  baseUs: number;
}

async function measureHolder(
  pid: number,
  targets: (from: number, to: number) => Promise<Target[]>,
): Promise<Held> {
  const held: { release(): Promise<void> }[] = [];
  const connect = async (from: number, to: number) => {
    for (let at = from; at < to; at += perDriver)
      held.push(await hold(await targets(at, Math.min(at + perDriver, to))));
  };
  const base = await coresDuring([pid], () => elapse(meterMs / 2));
  await connect(0, first);
  await elapse(settleMs);
  const before = residentBytes(pid);
  await connect(first, first + more);
  await elapse(settleMs);
  const after = residentBytes(pid);
  const cores = await coresDuring([pid], () => elapse(meterMs));
  await Promise.all(held.map((driver) => driver.release()));
  return {
    kb: (after - before) / more / 1_024,
    us: ((cores - base) * 1e6) / (first + more),
    baseUs: base * 1e6,
  };
}

async function measureBerth(say: (line: string) => void) {
  say('on a chat node');
  const platform = await Platform.start({ nodes: 1, environment: unlimited });
  try {
    const users = await seedUsers(platform, first + more);
    const { kb, us, baseUs } = await measureHolder(platform.nodes[0]!.pid, (from, to) =>
      berthTargets(
        platform,
        users.slice(from, to).map((user) => ({ user, conversation: 0 })),
      ),
    );
    return { berthKb: kb, berthUs: us, baseUs };
  } finally {
    await platform.close();
  }
}

async function measureRelay(say: (line: string) => void) {
  say('on the relay');
  const relay = await startPeer('relay');
  try {
    const { kb, us } = await measureHolder(relay.pid, async (from, to) =>
      Array.from({ length: to - from }, (_, index) => ({
        ...({ kind: 'relay', url: `ws://127.0.0.1:${relay.port}`, room: `r${from + index}` } as const),
      })),
    );
    return { relayKb: kb, relayUs: us };
  } finally {
    await relay.stop();
  }
}
