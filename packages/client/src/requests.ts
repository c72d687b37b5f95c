import { type Answers, BerthError, type RequestInput } from '@berth/wire';
import type { Clock } from './clock.ts';
import { ConnectionLostError, type NodeConnection } from './connection.ts';
import type { ClientRequestName, ConnectionState } from './types.ts';

/** Requests on the connection at a time, and waiting for their turn; further ones are refused. */
const maxInFlight = 64;
const maxWaiting = 1_000;

/** Asking again changes nothing. */
const repeatable = new Set<ClientRequestName>([
  'sync',
  'conversations',
  'conversation',
  'mark',
  'profile',
  'searchUser',
  'friends',
  'friendRequests',
  'blocks',
  'invites',
  'inviteAccept',
  'liveSessions',
  // A repeated change has its first name.
  'edit',
  'recall',
  'hide',
  'react',
  'versions',
  'reactions',
  'pin',
  'pins',
  'draft',
  'drafts',
  'vote',
  'pollClose',
  'votes',
  'schedule',
  'scheduleEdit',
  'scheduledMessages',
  'bookmark',
  'bookmarks',
  'members',
]);

interface Waiting {
  go(connection: NodeConnection): void;
  fail(error: BerthError): void;
}

/** Requests that wait for a connection and for their turn, each within its deadline. */
export class Requests {
  readonly #clock: Clock;
  readonly #connection: () => NodeConnection | undefined;
  readonly #waiting = new Set<Waiting>();
  #inFlight = 0;
  /** Why nothing can be asked at all; undefined while there is or may come a connection. */
  #refusal: BerthError | undefined = new BerthError('unavailable', 'Not connected.');

  constructor(clock: Clock, connection: () => NodeConnection | undefined) {
    this.#clock = clock;
    this.#connection = connection;
  }

  /** Resolves with the answer; rejects with BerthError. */
  async ask<N extends ClientRequestName>(
    name: N,
    body: RequestInput<N>,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<Answers[N]> {
    const until = this.#clock.now() + timeoutMs;
    for (;;) {
      const connection = await this.#turn(until - this.#clock.now(), signal);
      try {
        return await connection.request(name, body, Math.max(1, until - this.#clock.now()));
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        if (!repeatable.has(name))
          throw new BerthError('deadline', 'The connection was lost; whether it was done is not known.');
      } finally {
        this.#inFlight--;
        this.flush();
      }
    }
  }

  /** There is a connection, or a turn: those that wait go on. */
  flush(): void {
    const connection = this.#connection();
    if (!connection) return;
    for (const waiting of [...this.#waiting]) {
      if (this.#inFlight >= maxInFlight) return;
      waiting.go(connection);
    }
  }

  /** Refuses what waits and what comes; undefined: accepts again. */
  refuse(reason: BerthError | undefined): void {
    this.#refusal = reason;
    if (reason) for (const waiting of [...this.#waiting]) waiting.fail(reason);
  }

  #turn(timeoutMs: number, signal: AbortSignal | undefined): Promise<NodeConnection> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#refusal) return Promise.reject(this.#refusal);
    const connection = this.#connection();
    if (connection && this.#inFlight < maxInFlight && this.#waiting.size === 0) {
      this.#inFlight++;
      return Promise.resolve(connection);
    }
    if (this.#waiting.size >= maxWaiting)
      return Promise.reject(new BerthError('limit_reached', 'Too many requests are waiting.'));
    return new Promise((resolve, reject) => {
      const settle =
        <V>(then: (value: V) => void) =>
        (value: V) => {
          this.#waiting.delete(waiting);
          this.#clock.clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          then(value);
        };
      const waiting: Waiting = {
        go: settle((connection: NodeConnection) => {
          this.#inFlight++;
          resolve(connection);
        }),
        fail: settle(reject),
      };
      const onAbort = () => settle(reject)(signal!.reason);
      const timer = this.#clock.setTimeout(
        () => waiting.fail(new BerthError('unavailable', 'Not connected.')),
        Math.max(0, timeoutMs),
      );
      signal?.addEventListener('abort', onAbort);
      this.#waiting.add(waiting);
    });
  }
}

/** Why nothing can be asked in a state; undefined while there is or may come a connection. */
export function refusalIn({ kind }: ConnectionState): BerthError | undefined {
  if (kind === 'idle') return new BerthError('unavailable', 'Not connected.');
  if (kind === 'kicked') return new BerthError('unavailable', 'This session is in use elsewhere.');
  return kind === 'ended' ? new BerthError('session_ended') : undefined;
}
