import { type App, backoffMs } from '@berth/lifecycle';
import { Mysql, migrate } from '@berth/mysql';
import type { Log } from '@berth/telemetry';
import type { MigrateConfig } from './config.ts';

/** Brings the schema up to date in `start`, waiting for a server that is not up yet; there is nothing more to it. */
export function createMigrate(config: MigrateConfig, { log }: { log: Log }): App {
  const db = new Mysql({ ...config.mysql, poolSize: 1 });
  return {
    async start() {
      const until = performance.now() + config.waitMs;
      const versions = await whenReachable(() => migrate(db), until, log);
      log.info({ versions }, versions.length === 0 ? 'the schema is up to date' : 'migrations applied');
    },
    close: () => db.close(),
  };
}

/** Runs `task`, again while its server cannot be reached and the time is not up. */
async function whenReachable<T>(task: () => Promise<T>, until: number, log: Log): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      const delayMs = 100 + backoffMs(attempt, { maxMs: 3_000 });
      if (!isUnreachable(error) || performance.now() + delayMs > until) throw error;
      log.info({ reason: (error as Error).message, delayMs }, 'MySQL cannot be reached yet');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

/** Nobody listens, the name has no address yet, or the server is still starting: the connection was never had. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(
    String(error.code),
  );
