import type { Mysql } from '@berth/mysql';
import type { Redis } from '@berth/redis';
import type { Log, Metrics } from '@berth/telemetry';
import type { Answers, RequestBody, RequestName } from '@berth/wire';
import type { ChatConfig } from './config.ts';
import type { Publisher } from './log/publisher.ts';
import type { Online } from './people/online.ts';
import type { TypingRates } from './rates/typing-rates.ts';
import type { Session } from './session.ts';
import type { Stores } from './stores.ts';

/** What handlers may use. */
export interface Context {
  config: ChatConfig;
  log: Log;
  metrics: Metrics;
  mysql: Mysql;
  redis: Redis;
  publisher: Publisher;
  online: Online;
  stores: Stores;
  typingRates: TypingRates;
  /** Marks of resumes that are not complete. */
  partialResumes: WeakMap<Session, Map<number, number>>;
}

/** One use case: what a request frame asks for. Throws BerthError. Both dialects call it. */
export type Handler<N extends RequestName, C = Context> = (
  context: C,
  session: Session,
  body: RequestBody<N>,
) => Promise<Answers[N]>;
