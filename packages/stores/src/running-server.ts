import type { ServerProcess } from './server-process.ts';

/** A server that is ready, and how to end it. */
export interface RunningServer {
  /** With user and password where it takes them. */
  url: string;
  port: number;
  pid: number;
  /** Resolves when it has exited, for whatever reason. */
  exited: Promise<unknown>;
  lastLines(count?: number): string;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export function runningServer(server: ServerProcess, url: string, port: number): RunningServer {
  return {
    url,
    port,
    pid: server.pid,
    exited: server.exited,
    lastLines: (count) => server.lastLines(count),
    signal: (name) => server.signal(name),
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}
