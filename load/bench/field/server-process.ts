import { spawn, spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import process from 'node:process';
import type { ProcessGroups } from '../../machine/process-cpu.ts';

export interface StartedServer {
  processes: ProcessGroups;
  stop(): Promise<void>;
}

/** On a busy machine. */
const startMs = 90_000;

/** Started, and waited for until it takes connections; its folder goes with it. */
export async function startServer(
  binary: string,
  args: string[],
  port: number,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<StartedServer> {
  // A group of its own: what a start script has started ends with it.
  const child = spawn(binary, args, {
    ...{ stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, env, detached: true },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-1_000);
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    killGroup(child.pid);
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const until = performance.now() + startMs;
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`${binary} does not start: ${said.trim().split('\n').at(-1)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { processes: { server: groupOf(child.pid!) }, stop };
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** All processes of its group: a start script may have the server as its child. */
function groupOf(leader: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--sid', String(leader)], { encoding: 'utf8' });
  const pids = stdout.split('\n').map(Number).filter(Boolean);
  return pids.length > 0 ? pids : [leader];
}

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
