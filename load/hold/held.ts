import { check } from '@berth/checker';
import { loaderAtItsLimit } from '../capacity/judge.ts';
import type { DriverFleet, FleetReport } from '../driver/fleet.ts';
import { Latencies } from '../driver/latencies.ts';
import type { Person } from '../driver/session.ts';
import type { HoldOptions } from './options.ts';

/** What was seen of a hold, so far. */
export interface Held {
  seconds: number;
  totals: Pick<FleetReport, 'due' | 'acknowledged' | 'delivered' | 'missing' | 'refused' | 'dropped'>;
  deliveredIn: Latencies;
  sentIn: Latencies;
  /** Of the busiest driver, in its busiest part. */
  driverCores: number;
  /** Of the cut; undefined when nothing was. */
  back: { in: Latencies; away: number } | undefined;
}

/** A hold is looked at, and may be ended, so often. */
const partSeconds = 10;
const textBytes = 64;
/** Time for some to write before the cut. */
const beforeCutSeconds = 2;

/** Holds in parts until the time is over or `signal` is aborted; then cuts, if that is asked for and nothing has ended it. */
export async function hold(
  fleet: DriverFleet,
  { seconds, perMinute, inFlight, cut, sessions }: HoldOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Held> {
  const held: Held = {
    seconds: 0,
    totals: { due: 0, acknowledged: 0, delivered: 0, missing: 0, refused: 0, dropped: 0 },
    ...{ deliveredIn: new Latencies(), sentIn: new Latencies(), driverCores: 0, back: undefined },
  };
  const loop =
    inFlight === undefined
      ? ({ kind: 'open', perSecond: (sessions * perMinute) / 60 } as const)
      : ({ kind: 'closed', inFlight } as const);
  let told = 0;
  while (held.seconds < seconds && !signal.aborted) {
    const part = Math.min(partSeconds, seconds - held.seconds);
    add(held, await fleet.act({ loop, warmSeconds: 0, seconds: part, textBytes }));
    if (held.seconds - told < 60 && held.seconds < seconds) continue;
    told = held.seconds;
    say(
      `${held.seconds} s: ${fleet.count - held.totals.dropped} sessions, ${held.totals.delivered} messages, p99 ${held.deliveredIn.atMs(0.99).toFixed(1)} ms`,
    );
  }
  if (!cut || signal.aborted) return held;
  say('cutting all of them');
  const report = await fleet.act({
    ...{ loop, warmSeconds: 0, seconds: partSeconds, textBytes, cutAfterSeconds: beforeCutSeconds },
  });
  // Who is away is waited for; that is no latency of the hold.
  add(held, { ...report, deliveredIn: new Latencies(), sentIn: new Latencies(), driverCores: 0 });
  held.back = { in: report.backIn, away: report.away };
  return held;
}

function add(held: Held, report: FleetReport): void {
  const { totals } = held;
  held.seconds += report.seconds;
  for (const name of ['due', 'acknowledged', 'delivered', 'missing', 'refused'] as const)
    totals[name] += report[name];
  // Counted from the beginning.
  totals.dropped = report.dropped;
  held.deliveredIn.add(report.deliveredIn);
  held.sentIn.add(report.sentIn);
  held.driverCores = Math.max(held.driverCores, report.driverCores);
}

/** What the checker finds in everything that the sessions have sent and seen. */
export async function violationsOf(fleet: DriverFleet, people: Person[]): Promise<string[]> {
  const intervals = people.map(({ user, conversation }) => ({ user, conversation, joinedSeq: 0 }));
  return check(await fleet.logs(), intervals, 5).map(({ kind, what, seq }) => `${kind} ${seq}: ${what}`);
}

/** Sentences for a person, and whether all was as it should be. */
export function renderHeld(
  held: Held,
  { sessions }: Pick<HoldOptions, 'sessions'>,
  loggedInSeconds: number,
  violations: string[],
): { lines: string[]; isWhole: boolean } {
  const { totals, deliveredIn, sentIn, driverCores, back, seconds } = held;
  const { due, acknowledged, delivered, missing, refused, dropped } = totals;
  const ms = (part: number) => `${deliveredIn.atMs(part).toFixed(1)} ms`;
  const lines = [
    `${sessions} sessions logged in within ${loggedInSeconds.toFixed(1)} s, held for ${seconds} s, ${dropped} dropped`,
    `${due} messages were due, ${acknowledged} acknowledged, ${delivered} delivered; ${missing} missing, ${refused} refused`,
    `due to delivered: p50 ${ms(0.5)}, p99 ${ms(0.99)}, p99.9 ${ms(0.999)}`,
  ];
  if (back) {
    const at = (part: number) => `${(back.in.atMs(part) / 1_000).toFixed(1)} s`;
    lines.push(
      `cut all at once: half were back after ${at(0.5)}, the last after ${at(1)}; ${back.away} are not back`,
    );
  }
  const limit = loaderAtItsLimit({ driverCores, sentIn });
  lines.push(
    limit === undefined
      ? `the busiest driver took ${driverCores.toFixed(2)} of a core`
      : `the loader was the limit: ${limit}`,
  );
  lines.push(
    violations.length === 0
      ? 'the checker went through all logs: nothing lost, doubled, out of order or elsewhere'
      : `the checker objects: ${violations.join('; ')}`,
  );
  const isWhole = dropped + missing + refused + (back?.away ?? 0) + violations.length === 0;
  return { lines, isWhole };
}
