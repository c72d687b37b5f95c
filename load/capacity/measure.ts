import { setTimeout as elapse } from 'node:timers/promises';
import { check } from '@berth/checker';
import type { Platform } from '@berth/test/platform';
import { seedDirects, seedUsers } from '../bench/berth-targets.ts';
import { residentBytes } from '../bench/processes.ts';
import { DriverFleet, type FleetReport } from '../driver/fleet.ts';
import type { Person } from '../driver/session.ts';
import { CpuMeter, type ProcessGroups } from '../machine/process-cpu.ts';
import { judge } from './judge.ts';
import type { CapacityOptions } from './options.ts';
import type { Verdict } from './search.ts';
import type { Cost } from './sizing.ts';

export interface Level extends Cost {
  verdict: Verdict & { isLoader: boolean };
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  driverCores: number;
}

const warmSeconds = 3;
const textBytes = 64;
/** Before anybody is there: start-up is not to count. */
const idleSeconds = 3;

/** Levels of sessions on one platform; each session writes to its other one at the rate that was asked for. */
export class LevelMeasure {
  readonly #platform: Platform;
  readonly #options: CapacityOptions;
  readonly #fleet: DriverFleet;
  readonly #processes: ProcessGroups;
  readonly #people: Person[] = [];
  #idle = { chatCores: 0, chatBytes: 0 };

  private constructor(platform: Platform, options: CapacityOptions, fleet: DriverFleet) {
    this.#platform = platform;
    this.#options = options;
    this.#fleet = fleet;
    const groups: ProcessGroups = { chat: platform.nodes.map(({ pid }) => pid) };
    const others = [...platform.services.values()].filter(
      (service) => !platform.nodes.includes(service as never),
    );
    groups.others = [...others.map(({ pid }) => pid), platform.mysql.pid, platform.redis.pid];
    this.#processes = groups;
  }

  static async start(platform: Platform, options: CapacityOptions): Promise<LevelMeasure> {
    const fleet = await DriverFleet.start({ gateUrl: platform.gateUrl }, options.drivers);
    const measure = new LevelMeasure(platform, options, fleet);
    const meter = new CpuMeter(measure.#processes);
    await elapse(idleSeconds * 1_000);
    measure.#idle = { chatCores: meter.stop().chat!, chatBytes: measure.#bytesOf('chat') };
    return measure;
  }

  async at(sessions: number): Promise<Level> {
    await this.#resize(sessions);
    const { perMinute, seconds, thresholds } = this.#options;
    const perSecond = (sessions * perMinute) / 60;
    const acting = this.#fleet.act({
      ...{ loop: { kind: 'open', perSecond }, warmSeconds, seconds, textBytes },
    });
    const metering = this.#meter(warmSeconds, seconds);
    const [report, { chat, others }] = await Promise.all([acting, metering]);
    // Those who were dropped would be missed at each level to come.
    if (report.dropped > 0) await this.#fleet.keep(0);
    return {
      ...this.#figures(report),
      verdict: judge(report, thresholds),
      sessions,
      perSecond,
      chatCores: Math.max(chat! - this.#idle.chatCores, 1e-6),
      serverCores: chat! + others!,
      chatBytes: Math.max(this.#bytesOf('chat') - this.#idle.chatBytes, 1),
      baseBytes: this.#idle.chatBytes,
      serverBytes: this.#bytesOf('chat') + this.#bytesOf('others'),
    };
  }

  /** What the checker finds in the logs of everything since the start; a few sentences at most. */
  async violations(): Promise<string[]> {
    const intervals = this.#people.map(({ user, conversation }) => ({ user, conversation, joinedSeq: 0 }));
    return check(await this.#fleet.logs(), intervals, 5).map(
      ({ kind, what, seq }) => `${kind} ${seq}: ${what}`,
    );
  }

  stop(): Promise<void> {
    return this.#fleet.stop();
  }

  #figures({ deliveredIn, driverCores }: FleetReport) {
    const [p50Ms, p99Ms, p999Ms] = [0.5, 0.99, 0.999].map((part) => deliveredIn.atMs(part));
    return { p50Ms: p50Ms!, p99Ms: p99Ms!, p999Ms: p999Ms!, driverCores };
  }

  async #resize(sessions: number): Promise<void> {
    const more = sessions - this.#fleet.count;
    if (more < 0) return this.#fleet.keep(sessions);
    if (more === 0) return;
    const users = await seedUsers(this.#platform, more);
    const conversations = await seedDirects(this.#platform, users);
    const people = users.map(({ id, token }, index) => ({
      ...{ user: id, token, conversation: conversations[index >> 1]! },
    }));
    this.#people.push(...people);
    await this.#fleet.add(people);
  }

  /** Cores of the servers in the measured time; rejects when one of them has ended. */
  async #meter(afterSeconds: number, seconds: number): Promise<Record<string, number>> {
    await elapse(afterSeconds * 1_000);
    const meter = new CpuMeter(this.#processes);
    await elapse(seconds * 1_000);
    return meter.stop();
  }

  #bytesOf(group: string): number {
    return this.#processes[group]!.reduce((sum, pid) => sum + residentBytes(pid), 0);
  }
}
