import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { cacheFolder } from '@berth/test/cache-folder';
import { pin } from '../machine/pin.ts';
import { CpuMeter, type ProcessGroups } from '../machine/process-cpu.ts';

export type Dialect = 'berth' | 'relay' | 'socket.io' | 'centrifugo' | 'nats' | 'stomp' | 'xmpp';

export interface LightPlan {
  dialect: Dialect;
  /** pairs: the first of each two sends to the second. group: the first `senders` send, everybody gets. */
  pattern: 'pairs' | 'group';
  senders?: number;
  /** Messages that each sender keeps in flight. Default 16. */
  window?: number;
  /** Instead of a window: messages a second over all senders, each timed from when it was due. */
  rate?: number;
  /** Default 64. */
  textBytes?: number;
  warmSeconds: number;
  seconds: number;
  /** The loader alone: the core that it is kept on, as `taskset` names it. */
  core?: string;
}

/** Where a connection of the light loader goes, in what name, and where it talks. */
export interface LightTarget {
  port: number;
  token: string;
  conversation: string | number;
}

interface Latencies {
  count: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}

/** What the loader prints at its end. */
export interface LightReport {
  connections: number;
  seconds: number;
  /** In the measured time, as is `delivered`. */
  acknowledged: number;
  delivered: number;
  /** Of all that was ever sent: deliveries that had not come 15 s after the end; less than 0: came twice. */
  missing: number;
  /** Deliveries whose seq was not the one after the last. */
  disordered: number;
  refused: number;
  refusal: string;
  ownCpuSeconds: number;
  acknowledgedIn: Latencies;
  /** Open loop alone. */
  deliveredIn: Latencies;
}

export interface LightMeasure extends LightReport {
  /** Cores that each group of the server's processes kept busy. */
  serverCores: Record<string, number>;
}

/** Compiled once for each state of its sources; throws with one line when there is no compiler. */
export function compileLightLoader(compilers = ['gcc', 'cc']): string {
  if (process.platform !== 'linux')
    throw new Error('the light loader and the figures of CPU are of Linux (epoll, /proc)');
  const folder = import.meta.dirname;
  const sources = readdirSync(folder).filter((file) => /\.[ch]$/.test(file));
  const hash = createHash('sha256');
  for (const file of sources.sort()) hash.update(readFileSync(join(folder, file)));
  const binary = join(cacheFolder(), `light-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(cacheFolder(), { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  const args = ['-O2', '-std=c17', '-o', fresh, ...sources.filter((file) => file.endsWith('.c'))];
  for (const compiler of compilers) {
    const { error, status, stderr } = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8' });
    if (error) continue;
    if (status !== 0) {
      const [reason] = stderr.split('\n').filter((line) => /error/i.test(line));
      throw new Error(`${compiler} does not compile the light loader: ${reason ?? stderr.trim()}`);
    }
    renameSync(fresh, binary);
    return binary;
  }
  throw new Error('the light loader needs a C compiler: install gcc (Debian: apt-get install gcc libc6-dev)');
}

/**
 * Runs the light loader to its end, with the servers' CPU of the measured time, whose beginning `begun` is told. Throws with
 * its line when it fails.
 */
export async function runLightLoader(
  plan: LightPlan,
  targets: LightTarget[] | AsyncIterable<LightTarget[]>,
  processes: ProcessGroups,
  signal?: AbortSignal,
  begun?: () => void,
): Promise<LightMeasure> {
  const child = spawn(compileLightLoader(), argumentsOf(plan), { stdio: 'pipe', signal });
  if (plan.core !== undefined && child.pid !== undefined) pin(child.pid, plan.core);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2_000);
  });
  // One that ends at once reads nothing.
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Asked for at the end; until then nobody listens to it.
  ended.catch(() => {});
  // Its failure ends the loader; that is told below.
  const connecting = new Connecting();
  child.once('close', () => connecting.reached(Number.POSITIVE_INFINITY));
  const given = give(child.stdin, targets, connecting).catch((error: Error) => {
    child.kill();
    return error;
  });
  let meter: CpuMeter | undefined;
  let serverCores: Record<string, number> | undefined;
  let report: LightReport | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, count] = line.split(' ');
    if (word === 'connected') connecting.reached(Number(count));
    else if (line === 'measuring') {
      meter = new CpuMeter(processes);
      begun?.();
    } else if (line === 'measured') serverCores = meter!.stop();
    else report = JSON.parse(line) as LightReport;
  }
  const code = await ended;
  const untold = await Promise.race([given, undefined]);
  if (untold) throw untold;
  if (!report || !serverCores) throw new Error(said.trim() || `the light loader ended with ${code}`);
  return { ...report, serverCores };
}

/** How many of the loader's connections stand. */
class Connecting {
  #count = 0;
  #waiting: { count: number; go: () => void } | undefined;

  reached(count: number): void {
    this.#count = count;
    if (this.#waiting && count >= this.#waiting.count) this.#waiting.go();
  }

  async until(count: number): Promise<void> {
    if (this.#count >= count) return;
    await new Promise<void>((go) => {
      this.#waiting = { count, go };
    });
  }
}

/** Some targets are asked for while the ones before them connect, no earlier: their tickets end. */
async function give(
  input: Writable,
  targets: LightTarget[] | AsyncIterable<LightTarget[]>,
  connecting: Connecting,
): Promise<undefined> {
  let given = 0;
  let before = 0;
  for await (const some of Array.isArray(targets) ? [targets] : targets) {
    const lines = some.map(({ port, token, conversation }) => `${port} ${token} ${conversation}\n`);
    if (input.destroyed) return;
    input.write(lines.join(''));
    await connecting.until(before);
    before = given += some.length;
  }
  input.end();
}

function argumentsOf(plan: LightPlan): string[] {
  const { dialect, pattern, senders, window, rate, textBytes, warmSeconds, seconds } = plan;
  const options = { dialect, pattern, senders, window, rate, text: textBytes, warm: warmSeconds, seconds };
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [`--${name}`, String(value)]);
}
