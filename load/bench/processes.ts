import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, Report } from '../driver/plan.ts';

/** A peer server as a process of its own. */
export interface Peer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export function startPeer(name: 'relay' | 'socket-io'): Promise<Peer> {
  const child = fork(join(import.meta.dirname, 'peers', `${name}.ts`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}`)));
    child.once('message', ({ port }: { port: number }) =>
      resolve({ port, pid: child.pid!, stop: () => stop(child) }),
    );
  });
}

/** Runs the load driver with a plan; `onReady` is called once all its clients are connected. */
export function drive(plan: Plan, onReady: () => Promise<void> | void = () => {}): Promise<Report | null> {
  const child = fork(join(import.meta.dirname, '../driver/main.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the driver exited with ${code}`)));
    child.on('message', (message: { ready?: true; report?: Report | null; error?: string }) => {
      if (message.ready) Promise.resolve(onReady()).catch(reject);
      else if (message.error) reject(new Error(message.error));
      else resolve(message.report ?? null);
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
