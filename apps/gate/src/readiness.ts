import { type Mysql, schemaVersion } from '@berth/mysql';
import type { Redis } from '@berth/redis';
import { type Check, failedChecks } from '@berth/telemetry';
import type { GrpcStatus } from './status-client.ts';
import type { GrpcVerify } from './verify-client.ts';

export interface ReadinessParts {
  db: Mysql;
  redis: Redis;
  verify: GrpcVerify;
  status: GrpcStatus;
}

const reachMs = 1_500;

/**
 * May gate get requests? Not before everything that it needs was there once, nor while it closes. In between yes, whatever
 * is away: the same is away for every replica, and gate still answers what it can (the web client without anything, berths
 * without MySQL); the reasons are told all the same.
 */
export class Readiness {
  readonly #checks: Record<string, Check>;
  #wasWell = false;
  #isClosing = false;

  constructor({ db, redis, verify, status }: ReadinessParts) {
    this.#checks = {
      mysql: () => checkSchema(db),
      redis: () => redis.ping().then(() => undefined),
      verify: () => verify.reach(reachMs).then(() => undefined),
      status: () => status.reach(reachMs).then(() => undefined),
    };
  }

  /** `failed`: what is away, with the reason. */
  async look(): Promise<{ ready: boolean; failed: Record<string, string> }> {
    if (this.#isClosing) return { ready: false, failed: { gate: 'closing' } };
    const failed = await failedChecks(this.#checks);
    this.#wasWell ||= Object.keys(failed).length === 0;
    return { ready: this.#wasWell && !this.#isClosing, failed };
  }

  close(): void {
    this.#isClosing = true;
  }
}

async function checkSchema(db: Mysql): Promise<string | undefined> {
  const { applied, wanted } = await schemaVersion(db);
  return applied >= wanted ? undefined : `schema version ${applied}, needs ${wanted}: run migrate`;
}
