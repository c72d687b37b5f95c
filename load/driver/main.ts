import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import { ClientLog, check } from '@berth/checker';
import type { Arrivals, Link, Target } from './link.ts';
import { openLink } from './open-link.ts';
import type { Plan, Report } from './plan.ts';
import { Recorder } from './recorder.ts';

/** As the sessions that come back after a cut. */
const atATime = 64;

/** Connects `targets`, so many at a time. */
async function openAll(targets: Target[], arrivalsOf: (index: number) => Arrivals): Promise<Link[]> {
  const links: Link[] = new Array(targets.length);
  let next = 0;
  const open = async () => {
    for (let index = next++; index < targets.length; index = next++)
      links[index] = await openLink(targets[index]!, arrivalsOf(index));
  };
  await Promise.all(Array.from({ length: Math.min(atATime, targets.length) }, open));
  return links;
}

const silence: Arrivals = { acknowledged: () => {}, delivered: () => {} };

async function talk(plan: Plan & { kind: 'talk' }): Promise<Report> {
  let acknowledged = 0;
  let delivered = 0;
  let measuring = false;
  let stopped = false;
  let logs: ClientLog[] = [];
  let recorders: Recorder[] = [];
  const latencies: number[] = [];
  const text = 'x'.repeat(plan.textBytes);
  const sentAt: number[][] = plan.senders.map(() => []);
  const numbers = plan.senders.map(() => 0);
  let links: Link[] = [];
  const run = Math.random().toString(36).slice(2, 8);

  const sendOne = (sender: number) => {
    const cid = `${run}${sender}-${++numbers[sender]!}`;
    sentAt[sender]!.push(performance.now());
    const target = plan.senders[sender]!;
    const conversation = target.kind === 'berth' ? target.conversation : 0;
    logs[sender]?.sent(conversation, cid, text);
    const req = links[sender]!.send(cid, text);
    recorders[sender]?.expect(req, { conversation, cid, text });
  };
  const arrivalsOf = (index: number): Arrivals => ({
    acknowledged: (count) => {
      for (let one = 0; one < count; one++) {
        const ms = performance.now() - sentAt[index]!.shift()!;
        if (measuring) {
          acknowledged++;
          latencies.push(ms);
        }
        if (!stopped) sendOne(index);
      }
    },
    delivered: (count) => {
      if (measuring) delivered += count;
    },
    ...(plan.recorded && {
      frame: (id: number, body: Record<string, unknown>) => recorders[index]!.record(id, body),
    }),
  });
  const all = [...plan.senders, ...plan.receivers];
  if (plan.recorded)
    logs = all.map((_, index) => new ClientLog(`client ${index}`, plan.checked?.users[index] ?? index));
  recorders = logs.map((log) => new Recorder(log));
  links = await openAll(all, arrivalsOf);
  for (let sender = 0; sender < plan.senders.length; sender++) {
    for (let flight = 0; flight < plan.inFlight; flight++) sendOne(sender);
  }
  await elapse(plan.warmUpMs);
  measuring = true;
  const startedAt = performance.now();
  await elapse(plan.measureMs);
  measuring = false;
  const seconds = (performance.now() - startedAt) / 1_000;
  stopped = true;
  // What is in flight comes to its end, so that the checker may ask for it.
  if (plan.checked) await drained(sentAt, logs);
  for (const link of links) link.close();
  latencies.sort((a, b) => a - b);
  const intervals = plan.checked?.intervals.map((interval) => ({ ...interval, joinedSeq: 0 })) ?? [];
  return {
    acknowledged,
    delivered,
    seconds,
    ackP50Ms: latencies[Math.floor(latencies.length / 2)] ?? 0,
    ackP99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    violations: check(plan.checked ? logs : [], intervals, 5).map(
      ({ kind, what, seq }) => `${kind} ${seq}: ${what}`,
    ),
  };
}

/** Waits, at most 15 s, until all is acknowledged and no log has grown for half a second. */
async function drained(sentAt: number[][], logs: ClientLog[]): Promise<void> {
  const until = performance.now() + 15_000;
  let before = -1;
  while (performance.now() < until) {
    const now = logs.reduce((sum, log) => sum + log.events.length, 0);
    if (now === before && sentAt.every((times) => times.length === 0)) return;
    before = now;
    await elapse(500);
  }
}

async function hold(plan: Plan & { kind: 'hold' }): Promise<void> {
  const startedAt = performance.now();
  await openAll(plan.targets, () => silence);
  process.send!({ held: { seconds: (performance.now() - startedAt) / 1_000 } });
}

process.once('message', (plan: Plan) => {
  const fail = (error: Error) => process.send!({ error: error.stack }, () => process.exit(1));
  if (plan.kind === 'hold') hold(plan).catch(fail);
  else talk(plan).then((report) => process.send!({ report }, () => process.exit(0)), fail);
});
process.on('disconnect', () => process.exit(0));
