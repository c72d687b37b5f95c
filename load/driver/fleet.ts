import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientLog } from '@berth/checker';
import { Latencies } from './latencies.ts';
import { readLogFile } from './log-file.ts';
import type { Person, Route } from './session.ts';
import type { Activity, ActivityReport } from './sessions.ts';
import type { DriverRequest } from './sessions-process.ts';

/** What all drivers saw together. */
export interface FleetReport
  extends Omit<
    ActivityReport,
    'acknowledgedIn' | 'deliveredIn' | 'sentIn' | 'backIn' | 'cores' | 'loopP99Ms'
  > {
  backIn: Latencies;
  acknowledgedIn: Latencies;
  deliveredIn: Latencies;
  sentIn: Latencies;
  /** Of the busiest driver. */
  driverCores: number;
}

/**
 * Source addresses of a driver. When more than some thousand of the 28,000 ports of one are taken, as they stay for a minute
 * after a cut, the kernel looks so long for a free one that half of the machine goes into it.
 */
const addressesEach = 16;

const addressesOf = (driver: number): string[] =>
  Array.from({ length: addressesEach }, (_, index) => {
    const address = driver * addressesEach + index;
    return `127.0.${1 + (address >> 7)}.${1 + (address & 127)}`;
  });

/** Driver processes between which sessions are shared out, each with its own source address. */
export class DriverFleet {
  readonly #folder: string;
  readonly #drivers: Driver[];

  private constructor(folder: string, drivers: Driver[]) {
    this.#folder = folder;
    this.#drivers = drivers;
  }

  static async start(target: Omit<Route, 'localAddresses'>, drivers: number): Promise<DriverFleet> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-drivers-'));
    const isLocal = ['127.0.0.1', 'localhost'].includes(new URL(target.gateUrl).hostname);
    const fleet = new DriverFleet(
      folder,
      Array.from({ length: drivers }, (_, index) => new Driver(join(folder, `${index}.jsonl`))),
    );
    await Promise.all(
      fleet.#drivers.map(({ logFile, ask }, index) =>
        ask({ kind: 'begin', ...target, logFile, ...(isLocal && { localAddresses: addressesOf(index) }) }),
      ),
    );
    return fleet;
  }

  get count(): number {
    return this.#drivers.reduce((sum, { count }) => sum + count, 0);
  }

  /** In pairs, to the drivers that have the fewest. */
  async add(people: Person[]): Promise<void> {
    const shares = this.#drivers.map((): Person[] => []);
    const load = this.#drivers.map(({ count }) => count);
    for (let index = 0; index < people.length; index += 2) {
      const least = load.indexOf(Math.min(...load));
      shares[least]!.push(...people.slice(index, index + 2));
      load[least]! += 2;
    }
    await Promise.all(
      this.#drivers.map(async (driver, index) => {
        await driver.ask({ kind: 'add', people: shares[index]! });
        driver.count = load[index]!;
      }),
    );
  }

  /** Lets go of the last pairs until `count` sessions are left; answers with who is gone. */
  async keep(count: number): Promise<void> {
    const load = this.#drivers.map((driver) => driver.count);
    for (let left = this.count; left > count; left -= 2) load[load.indexOf(Math.max(...load))]! -= 2;
    await Promise.all(
      this.#drivers.map(async (driver, index) => {
        await driver.ask({ kind: 'keep', count: load[index]! });
        driver.count = load[index]!;
      }),
    );
  }

  /** All at once; of an open loop each driver does its share. */
  async act(activity: Activity): Promise<FleetReport> {
    const shareOf = (driver: Driver): Activity['loop'] =>
      activity.loop.kind === 'closed'
        ? activity.loop
        : { kind: 'open', perSecond: (activity.loop.perSecond * driver.count) / this.count };
    const reports = await Promise.all(
      this.#drivers
        .filter(({ count }) => count > 0)
        .map((driver) => driver.ask({ kind: 'act', activity: { ...activity, loop: shareOf(driver) } })),
    ).then((answers) => answers as ActivityReport[]);
    const sum = (of: (report: ActivityReport) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    return {
      due: sum(({ due }) => due),
      acknowledged: sum(({ acknowledged }) => acknowledged),
      delivered: sum(({ delivered }) => delivered),
      missing: sum(({ missing }) => missing),
      refused: sum(({ refused }) => refused),
      dropped: sum(({ dropped }) => dropped),
      seconds: activity.seconds,
      acknowledgedIn: Latencies.sum(reports.map(({ acknowledgedIn }) => acknowledgedIn)),
      deliveredIn: Latencies.sum(reports.map(({ deliveredIn }) => deliveredIn)),
      backIn: Latencies.sum(reports.map(({ backIn }) => backIn)),
      away: sum(({ away }) => away),
      sentIn: Latencies.sum(reports.map(({ sentIn }) => sentIn)),
      driverCores: Math.max(...reports.map(({ cores }) => cores)),
    };
  }

  /** Everything that every session has sent and seen, for the checker. */
  async logs(): Promise<ClientLog[]> {
    return (await Promise.all(this.#drivers.map(({ logFile }) => readLogFile(logFile)))).flat();
  }

  /** Of the drivers' processes. */
  get pids(): number[] {
    return this.#drivers.map(({ pid }) => pid);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#drivers.map((driver) => driver.end()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

class Driver {
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  /** Sessions that it holds. */
  count = 0;

  constructor(logFile: string) {
    this.logFile = logFile;
    this.#child = fork(join(import.meta.dirname, 'sessions-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // What a driver holds is small and lives long; a small young generation would copy it about.
      execArgv: ['--max-semi-space-size=32'],
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(`a driver ended with ${code ?? signal}`));
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** One at a time. */
  readonly ask = async (request: DriverRequest): Promise<unknown> => {
    const answered = new Promise<{ value?: unknown; error?: string }>((resolve) =>
      this.#child.once('message', resolve),
    );
    this.#child.send(request, () => {});
    const told = await Promise.race([answered, this.#exited]);
    if (typeof told === 'string') throw new Error(told);
    if (told.error) throw new Error(told.error);
    return told.value;
  };

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
