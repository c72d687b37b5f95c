import { ServerProcess } from '@berth/stores';
import { LocalError } from './local-error.ts';
import { freshLog, readableLines } from './log-files.ts';

/** A process of the platform that is ready. */
export interface Run {
  pid: number;
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<unknown>;
  lastLines(count?: number): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A process that is kept running. */
export interface Part<R extends Run = Run> {
  name: string;
  logFile: string;
  /** Starts it, again and again if need be, and waits until it is ready; an abort before that kills it. Throws LocalError. */
  launch(signal: AbortSignal): Promise<R>;
}

export interface NodeService {
  name: string;
  /** TypeScript file to run. */
  entry: string;
  args?: string[];
  env: Record<string, string | undefined>;
  /** Answers 200 when the service is ready. */
  readyUrl: string;
  /** Milliseconds that it has to stop in before it is killed. Default 15 000. */
  stopMs?: number;
}

/** A cold machine takes seconds; one that takes longer than this never comes up. */
const readyTimeoutMs = 60_000;
const pollMs = 40;

/** A service of ours, each run a process of its own. */
export function servicePart(service: NodeService, { dataDir, cwd }: { dataDir: string; cwd: string }): Part {
  const { name } = service;
  const logFile = freshLog(dataDir, name);
  return {
    name,
    logFile,
    async launch(signal) {
      const server = new ServerProcess(process.execPath, [service.entry, ...(service.args ?? [])], {
        cwd,
        env: service.env,
        logFile,
      });
      const kill = () => void server.kill();
      signal.addEventListener('abort', kill);
      try {
        await isReady(service, server, logFile);
      } catch (error) {
        await server.kill();
        throw error;
      } finally {
        signal.removeEventListener('abort', kill);
      }
      return {
        pid: server.pid,
        exited: server.exited,
        lastLines: (count) => server.lastLines(count),
        stop: () => server.stop(service.stopMs),
        kill: () => server.kill(),
      };
    },
  };
}

async function isReady(
  { name, readyUrl }: NodeService,
  server: ServerProcess,
  logFile: string,
): Promise<void> {
  const until = performance.now() + readyTimeoutMs;
  for (;;) {
    const reason = await unreadyReason(readyUrl);
    // Before that it may be another process that answers on its port.
    if (!server.running) throw endedItself(name, logFile, server, await server.exited);
    if (reason === undefined) return;
    if (performance.now() > until)
      throw new LocalError(
        `${name} was not ready within ${readyTimeoutMs / 1_000} s: ${reason} (log: ${logFile})`,
        readableLines(server.lastLines()),
      );
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** What is said of a process that nobody has stopped. */
export function endedItself(
  name: string,
  logFile: string,
  run: Pick<Run, 'lastLines'>,
  exit: unknown,
): LocalError {
  const { code, signal } = (exit ?? {}) as { code?: number | null; signal?: string | null };
  const how = signal ?? (typeof code === 'number' ? `exit code ${code}` : 'unknown how');
  return new LocalError(
    `${name} stopped by itself (${how}; log: ${logFile})`,
    readableLines(run.lastLines()),
  );
}

async function unreadyReason(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    if (response.ok) return undefined;
    const body = (await response.json().catch(() => ({}))) as { failed?: Record<string, string> };
    const reasons = Object.entries(body.failed ?? {}).map(([check, reason]) => `${check}: ${reason}`);
    return reasons.join('; ') || `${url} answers ${response.status}`;
  } catch {
    return `${url} does not answer`;
  }
}
