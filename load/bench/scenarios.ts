import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import type { Platform } from '@berth/test/platform';
import type { Target } from '../driver/link.ts';
import type { Plan, Report } from '../driver/plan.ts';
import { berthTargets, seedConversation, seedUsers } from './berth-targets.ts';
import { drive, hold, type Peer, residentBytes, startPeer } from './processes.ts';

export interface Measured {
  berth: number;
  relay: number;
  socketIo: number;
}
const times = { warmUpMs: 2_000, measureMs: 5_000 };
const textBytes = 64;
const pairs = 40;
const groupSize = 100;
const groupSenders = 20;

/**
 * Pairs, one of whom keeps 16 texts in flight; on Berth each is stored, and the checker judges. The clients parse and log
 * everything on all three alike. Acknowledgements a second.
 */
export async function measurePairs(platform: Platform, reversed: boolean): Promise<Measured> {
  const users = await seedUsers(platform, 2 * pairs);
  const both = await Promise.all(
    Array.from({ length: pairs }, async (_, index) => {
      const couple = users.slice(2 * index, 2 * index + 2);
      return { couple, conversation: await seedConversation(platform, 'direct', couple) };
    }),
  );
  const [senders, receivers] = [0, 1].map((who) =>
    both.map(({ couple, conversation }) => ({ user: couple[who]!, conversation })),
  );
  const report = await measureEach(
    {
      berth: async () => ({
        ...{
          senders: await berthTargets(platform, senders!),
          receivers: await berthTargets(platform, receivers!),
        },
        checked: {
          users: [...senders!, ...receivers!].map(({ user }) => user.id),
          conversations: both.map(({ conversation }) => conversation),
          intervals: both.flatMap(({ couple, conversation }) =>
            couple.map(({ id }) => ({ conversation, user: id })),
          ),
        },
      }),
      peer: (open) => ({
        senders: Array.from({ length: pairs }, (_, index) => open(`pair-${index}`)),
        receivers: Array.from({ length: pairs }, (_, index) => open(`pair-${index}`)),
      }),
    },
    { inFlight: 16, textBytes, recorded: true, ...times },
    reversed,
  );
  return rates(report, ({ acknowledged, seconds }) => acknowledged / seconds);
}

/** One group of 100 of whom 20 write, 16 texts in flight each. Deliveries a second. */
export async function measureFanOut(platform: Platform, reversed: boolean): Promise<Measured> {
  const users = await seedUsers(platform, groupSize);
  const conversation = await seedConversation(platform, 'group', users);
  const members = users.map((user) => ({ user, conversation }));
  const report = await measureEach(
    {
      berth: async () => {
        const targets = await berthTargets(platform, members);
        return { senders: targets.slice(0, groupSenders), receivers: targets.slice(groupSenders) };
      },
      peer: (open) => {
        const targets = Array.from({ length: groupSize }, () => open('group'));
        return { senders: targets.slice(0, groupSenders), receivers: targets.slice(groupSenders) };
      },
    },
    { inFlight: 16, textBytes, ...times },
    reversed,
  );
  return rates(report, ({ delivered, seconds }) => delivered / seconds);
}

/**
 * Resident kilobytes that each of `count` idle connections costs its server, beside half as many that are there already:
 * what a process takes once, for its code and its heap, is no connection's. Garbage is collected before each look.
 */
export async function measureIdleMemory(platform: Platform, count: number): Promise<Measured> {
  const settled = async (pid: number) => {
    await elapse(4_000);
    process.kill(pid, 'SIGUSR2');
    await elapse(2_000);
    return residentBytes(pid);
  };
  const perConnection = async (pid: number, targets: (first: number, end: number) => Promise<Target[]>) => {
    const held: { release(): Promise<void> }[] = [];
    // A driver for so many as get their tickets well before the first of these expires.
    const connect = async (first: number, end: number) => {
      for (let at = first; at < end; at += 1_250)
        held.push(await hold(await targets(at, Math.min(at + 1_250, end))));
    };
    await connect(0, count / 2);
    const before = await settled(pid);
    await connect(count / 2, (3 * count) / 2);
    const after = await settled(pid);
    await Promise.all(held.map((driver) => driver.release()));
    return (after - before) / count / 1_024;
  };
  const users = await seedUsers(platform, (3 * count) / 2);
  const berth = await perConnection(platform.nodes[0]!.pid, (first, end) =>
    berthTargets(
      platform,
      users.slice(first, end).map((user) => ({ user, conversation: 0 })),
    ),
  );
  const [relay, socketIo] = [await startPeer('relay'), await startPeer('socket-io')];
  const open = (kind: 'relay' | 'socket.io', peer: Peer) => async (first: number, end: number) =>
    Array.from(
      { length: end - first },
      (_, index): Target => ({ kind, url: `ws://127.0.0.1:${peer.port}`, room: `r${first + index}` }),
    );
  const measured = {
    berth,
    relay: await perConnection(relay.pid, open('relay', relay)),
    socketIo: await perConnection(socketIo.pid, open('socket.io', socketIo)),
  };
  await Promise.all([relay.stop(), socketIo.stop()]);
  return measured;
}

type Sides = Pick<Plan & { kind: 'talk' }, 'senders' | 'receivers' | 'checked'>;

/** The same plan on Berth, the relay and socket.io, one after the other; the order is turned round each round. */
async function measureEach(
  sides: { berth: () => Promise<Sides>; peer: (open: (room: string) => Target) => Sides },
  load: Omit<Plan & { kind: 'talk' }, 'kind' | keyof Sides>,
  reversed: boolean,
): Promise<Record<keyof Measured, Report>> {
  const reports: Partial<Record<keyof Measured, Report>> = {};
  const onPeer = (name: 'relay' | 'socket-io', kind: 'relay' | 'socket.io') => async () => {
    const peer = await startPeer(name);
    const report = await drive({
      kind: 'talk',
      ...load,
      ...sides.peer((room) => ({ kind, url: `ws://127.0.0.1:${peer.port}`, room })),
    });
    await peer.stop();
    return report;
  };
  const runs: [keyof Measured, () => Promise<Report>][] = [
    ['relay', onPeer('relay', 'relay')],
    ['berth', async () => await drive({ kind: 'talk', ...load, ...(await sides.berth()) })],
    ['socketIo', onPeer('socket-io', 'socket.io')],
  ];
  for (const [name, run] of reversed ? runs.reverse() : runs) {
    const report = await run();
    if (report.violations.length > 0)
      throw new Error(`${name}: the checker objects:\n${report.violations.join('\n')}`);
    reports[name] = report;
  }
  return reports as Record<keyof Measured, Report>;
}

const rates = (reports: Record<keyof Measured, Report>, rate: (report: Report) => number): Measured => ({
  berth: rate(reports.berth),
  relay: rate(reports.relay),
  socketIo: rate(reports.socketIo),
});
