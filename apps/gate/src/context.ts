import type { Log, Tracing } from '@berth/telemetry';
import type { SessionKeys } from '@berth/tokens';
import type { MysqlGroupLinkStore } from './accounts/group-link-store.ts';
import type { MysqlInviteStore } from './accounts/invite-store.ts';
import type { Argon2Hasher } from './accounts/password-hasher.ts';
import type { PasswordRules } from './accounts/password-rules.ts';
import type { MysqlUserStore } from './accounts/user-store.ts';
import type { GateConfig } from './config.ts';
import type { LoginLimit } from './limits/login-limit.ts';
import type { RequestLimit } from './limits/request-limit.ts';
import type { Revocations } from './sessions/revocations.ts';
import type { RedisSessionCache } from './sessions/session-cache.ts';
import type { SessionCheck } from './sessions/session-check.ts';
import type { MysqlSessionStore } from './sessions/session-store.ts';
import type { GrpcStatus } from './status-client.ts';
import type { GrpcVerify } from './verify-client.ts';

/** What the handlers may use. */
export interface Context {
  config: GateConfig;
  log: Log;
  tracing: Tracing;
  users: MysqlUserStore;
  invites: MysqlInviteStore;
  groupLinks: MysqlGroupLinkStore;
  sessions: MysqlSessionStore;
  sessionCache: RedisSessionCache;
  sessionCheck: SessionCheck;
  sessionKeys: SessionKeys;
  revocations: Revocations;
  hasher: Argon2Hasher;
  passwordRules: PasswordRules;
  requestLimit: RequestLimit;
  loginLimit: LoginLimit;
  verify: GrpcVerify;
  status: GrpcStatus;
}
