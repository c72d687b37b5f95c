import { type RunningServer, ServerProcess } from '@berth/stores';
import { LocalError } from './local-error.ts';
import { freshLog, readableLines } from './log-files.ts';

/** One process of the platform. */
export interface Part {
  name: string;
  pid: number;
  logFile: string;
  exited: Promise<unknown>;
  lastLines(count?: number): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface NodeService {
  name: string;
  /** TypeScript file to run. */
  entry: string;
  args?: string[];
  env: Record<string, string | undefined>;
  /** Answers 200 when the service is ready. */
  readyUrl: string;
}

/** A cold machine takes seconds; one that takes longer than this never comes up. */
const readyTimeoutMs = 60_000;
const pollMs = 40;

/** Starts a service of ours as a process of its own; `whenReady` tells when it answers. */
export function startService(
  service: NodeService,
  { dataDir, cwd }: { dataDir: string; cwd: string },
): Part & { whenReady(): Promise<void> } {
  const logFile = freshLog(dataDir, service.name);
  const server = new ServerProcess(process.execPath, [service.entry, ...(service.args ?? [])], {
    cwd,
    env: service.env,
    logFile,
  });
  const part: Part = {
    name: service.name,
    pid: server.pid,
    logFile,
    exited: server.exited,
    lastLines: (count) => server.lastLines(count),
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
  return {
    ...part,
    whenReady: async () => {
      const until = performance.now() + readyTimeoutMs;
      for (;;) {
        const reason = await unreadyReason(service.readyUrl);
        if (reason === undefined) return;
        if (!server.running) throw partDied(part, await server.exited);
        if (performance.now() > until)
          throw new LocalError(
            `${service.name} was not ready within ${readyTimeoutMs / 1_000} s: ${reason} (log: ${logFile})`,
            readableLines(server.lastLines()),
          );
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
  };
}

export function storePart(name: string, logFile: string, server: RunningServer): Part {
  return {
    name,
    logFile,
    pid: server.pid,
    exited: server.exited,
    lastLines: (count) => server.lastLines(count),
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

/** What is said of a part that has ended by itself. */
export function partDied(part: Part, exit: unknown): LocalError {
  const { code, signal } = (exit ?? {}) as { code?: number | null; signal?: string | null };
  const how = signal ?? (typeof code === 'number' ? `exit code ${code}` : 'unknown how');
  return new LocalError(
    `${part.name} stopped by itself (${how}; log: ${part.logFile})`,
    readableLines(part.lastLines()),
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
