import { type Mysql, schemaVersion } from '@berth/mysql';
import type { Redis } from '@berth/redis';
import { type Check, failedChecks, type Log } from '@berth/telemetry';
import type { GrpcStatus } from './status-client.ts';
import type { GrpcVerify } from './verify-client.ts';
import type { AssetKeeper } from './web/asset-keeper.ts';

export interface ReadinessParts {
  db: Mysql;
  redis: Redis;
  verify: GrpcVerify;
  status: GrpcStatus;
  /** Undefined where gate serves no web client. */
  assets: Pick<AssetKeeper, 'isKept'> | undefined;
  log: Log;
}

const reachMs = 1_500;

/**
 * May gate get requests? Not before everything that it needs was there once, nor while it closes. In between yes, whatever
 * is away: the same is away for every replica, and gate still answers what it can (the web client without anything, berths
 * without MySQL); the reasons are told all the same.
 */
export class Readiness {
  readonly #log: Log;
  readonly #checks: Record<string, Check>;
  #wasWell = false;
  #isClosing = false;

  constructor({ db, redis, verify, status, assets, log }: ReadinessParts) {
    this.#log = log;
    this.#checks = {
      mysql: () => this.#reasonOf('mysql', checkSchema(db)),
      redis: () => this.#reasonOf('redis', redis.ping()),
      verify: () => this.#reasonOf('verify', verify.reach(reachMs)),
      status: () => this.#reasonOf('status', status.reach(reachMs)),
      web: async () => (assets?.isKept === false ? 'its files are not in the store yet' : undefined),
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

  /** Anyone may read the reasons: what failed in earnest, with addresses and all, is for the log. */
  async #reasonOf(name: string, answer: Promise<unknown>): Promise<string | undefined> {
    try {
      await answer;
      return undefined;
    } catch (err) {
      this.#log.debug({ err, name }, 'a readiness check failed');
      return err instanceof SchemaError ? err.message : 'does not answer';
    }
  }
}

class SchemaError extends Error {}

async function checkSchema(db: Mysql): Promise<void> {
  const { applied, wanted } = await schemaVersion(db);
  if (applied < wanted) throw new SchemaError(`schema version ${applied}, needs ${wanted}: run migrate`);
}
