import type { Mysql } from '@berth/mysql';
import type { Redis } from '@berth/redis';
import type { Log, Metrics, Tracing } from '@berth/telemetry';
import type { Answers, CloseReason, Profile, RequestBody, RequestName } from '@berth/wire';
import type { ChatConfig } from './config.ts';
import type { Publisher } from './log/publisher.ts';
import type { Online } from './people/online.ts';
import type { AccountBudgets } from './rates/account-budgets.ts';
import type { PartialResumes } from './rates/partial-resumes.ts';
import type { SearchBudget } from './rates/search-budget.ts';
import type { SendTurns } from './rates/send-turns.ts';
import type { TypingRates } from './rates/typing-rates.ts';
import type { UserTurns } from './rates/user-turns.ts';
import type { Stores } from './stored-side.ts';

/**
 * A logged-in user on one connection. Handlers see this and no more: they cannot tell TCP from WebSocket, nor one
 * dialect from the other.
 */
export interface Session {
  /** 32 hex digits; the same across reconnects of one log-in. */
  readonly id: string;
  readonly user: number;
  readonly deviceClass: string;
  /** The account's generation in the ticket. */
  readonly generation: number;
  profile: Profile;
  /** Knows entries that are no messages. */
  readonly entries: boolean;
  /** Shows attachments; any other is told lines of text in their place. */
  readonly files: boolean;
  /** Knows how messages change. */
  readonly changes: boolean;
  /** Is pushed what it sends; without that the answer is all that it hears of it. */
  readonly echo: boolean;
  /**
   * Queues a frame of the Berth dialect, encoded whole, for this client; written once per event-loop turn. A session
   * of the llfcchat dialect translates it. Never throws; a session that is closing drops it.
   */
  push(frame: Uint8Array): void;
  /** Says why, writes what is queued and closes the connection. */
  close(reason: CloseReason): void;
}

/** What handlers may use. */
export interface Context {
  config: ChatConfig;
  log: Log;
  metrics: Metrics;
  tracing: Tracing;
  mysql: Mysql;
  redis: Redis;
  publisher: Publisher;
  online: Online;
  stores: Stores;
  sendTurns: SendTurns;
  /** Of what users do again. */
  actTurns: SendTurns;
  typingRates: TypingRates;
  searchBudget: SearchBudget;
  budgets: AccountBudgets;
  /** Marks of resumes that are not answered. */
  partialResumes: PartialResumes;
  /** Reading what is above them takes memory for each of the user's conversations: so many at a time. */
  resumeTurns: UserTurns;
}

/** One use case: what a request frame asks for. Throws BerthError. Both dialects call it. */
export type Handler<N extends RequestName, C = Context> = (
  context: C,
  session: Session,
  body: RequestBody<N>,
) => Promise<Answers[N]>;
