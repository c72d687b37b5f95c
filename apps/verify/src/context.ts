import type { Log } from '@berth/telemetry';
import type { RedisBudgets } from './budgets.ts';
import type { CodeHashes } from './code.ts';
import type { RedisCodeStore } from './code-store.ts';
import type { VerifyConfig } from './config.ts';
import type { SmtpMailer } from './mailer.ts';

/** What the handlers may use. */
export interface Context {
  config: VerifyConfig;
  log: Log;
  hashes: CodeHashes;
  codes: RedisCodeStore;
  budgets: RedisBudgets;
  mailer: SmtpMailer;
}
