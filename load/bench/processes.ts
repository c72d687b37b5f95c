import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../driver/link.ts';
import type { Plan, Report } from '../driver/plan.ts';
import { cpuSecondsOf } from '../machine/process-cpu.ts';

/** The option of Node by which a server that is measured collects its garbage on SIGUSR2. */
export const collectOnSignal = `--import=${join(import.meta.dirname, 'collect-on-signal.ts')}`;

/** A peer server as a process of its own. */
export interface Peer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export function startPeer(name: 'relay' | 'ws' | 'socket-io'): Promise<Peer> {
  const child = fork(join(import.meta.dirname, 'peers', `${name}.ts`), {
    execArgv: [collectOnSignal],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}`)));
    child.once('message', ({ port }: { port: number }) =>
      resolve({ port, pid: child.pid!, stop: () => stop(child) }),
    );
  });
}

/** Runs the load driver with a plan to its end. */
export function drive(plan: Plan & { kind: 'talk' }): Promise<Report> {
  return startDriver(plan, ({ report }) => report).then(({ told }) => told);
}

/** Connects all the targets, which took `seconds`, and the driver `cpuSeconds` of its own, and keeps them until `release`. */
export async function hold(
  targets: Target[],
): Promise<{ seconds: number; cpuSeconds: number; release(): Promise<void> }> {
  const { child, told } = await startDriver({ kind: 'hold', targets }, ({ held }) => held);
  const cpuSeconds = cpuSecondsOf(child.pid!);
  return { seconds: told.seconds, cpuSeconds, release: () => stop(child) };
}

interface DriverMessage {
  held?: { seconds: number };
  report?: Report;
  error?: string;
}

/** Resolves with the first message in which `awaited` finds something. */
function startDriver<T>(
  plan: Plan,
  awaited: (message: DriverMessage) => T | undefined,
): Promise<{ child: ChildProcess; told: T }> {
  const child = fork(join(import.meta.dirname, '../driver/main.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the driver exited with ${code}`)));
    child.on('message', (message: DriverMessage) => {
      const told = awaited(message);
      if (message.error) reject(new Error(message.error));
      else if (told !== undefined) resolve({ child, told });
    });
    child.send(plan);
  });
}

/** Resident memory of a process in bytes, as the kernel counts it. */
export const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1_024;

function stop(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.disconnect();
  });
}
