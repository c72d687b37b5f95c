import type { Circuit } from '@berth/lifecycle';
import { LuaScript, type Redis } from '@berth/redis';
import type { SessionClaims } from '@berth/tokens';
import { argumentsOf, tokenBuckets } from '../limits/redis-buckets.ts';
import type { Bucket, Taking } from '../limits/token-bucket.ts';
import type { SessionState } from './session-store.ts';

const learnSession = new LuaScript(new URL('./learn-session.lua', import.meta.url));
const admitSession = new LuaScript<
  | [taken: 0, waitMs: number, ...left: string[]]
  | [taken: 1, waitMs: 0, string, string, generation: string, life: string, isFirstOfHour: 0 | 1]
>(new URL('./admit-session.lua', import.meta.url), tokenBuckets);

/** What was known of a session when one of its requests was counted. */
export interface Admission extends Taking {
  /** Undefined when a part of it is not known. */
  state: SessionState | undefined;
  /** True once an hour for each session. */
  isFirstOfHour: boolean;
  /** By `performance.now()`. */
  at: number;
}

/**
 * How long something learnt is believed. Ends are written here at once; should that fail, a session that was ended in
 * MySQL gets berths at most so long (its connections are closed by the revocation in any case).
 */
const lifeMs = 10 * 60_000;
const hourMs = 3_600_000;

/** Generations and sessions in Redis, so that a berth needs no MySQL. Errors are the Redis client's. */
export class RedisSessionCache {
  readonly #redis: Redis;
  readonly #circuit: Circuit;

  constructor(redis: Redis, circuit: Circuit) {
    this.#redis = redis;
    this.#circuit = circuit;
  }

  /** Takes a token from both buckets, the session's and the account's, and reads what is known, in one call. */
  async admit({ user, session }: SessionClaims, buckets: readonly Bucket[]): Promise<Admission> {
    const key = sessionKey(user, session);
    const answer = await this.#circuit.run(() =>
      admitSession.run(
        this.#redis,
        [...buckets.map((bucket) => bucket.key), generationKey(user), key, `${key}:seen`],
        [...argumentsOf(buckets), hourMs],
      ),
    );
    const left = [Number(answer[2]), Number(answer[3])];
    const at = performance.now();
    if (answer[0] === 0)
      return { isTaken: false, waitMs: answer[1], left, state: undefined, isFirstOfHour: false, at };
    const [, , , , generation, life, first] = answer;
    return {
      isTaken: true,
      waitMs: 0,
      left,
      state: stateOf(generation, life),
      isFirstOfHour: first === 1,
      at,
    };
  }

  /** Undefined when either part is not known. */
  async read(userId: number, session: string): Promise<SessionState | undefined> {
    const [generation, life] = await this.#circuit.run(() =>
      this.#redis.mget(generationKey(userId), sessionKey(userId, session)),
    );
    return stateOf(generation, life);
  }

  async learn(userId: number, session: string, state: SessionState): Promise<void> {
    await this.#circuit.run(() =>
      learnSession.run(
        this.#redis,
        [generationKey(userId), sessionKey(userId, session)],
        [state.generation, lifeMs, state.isLive ? 'live' : 'ended'],
      ),
    );
  }

  /** Makes an older generation's sessions void. */
  async raiseGeneration(userId: number, generation: number): Promise<void> {
    await this.#circuit.run(() =>
      learnSession.run(this.#redis, [generationKey(userId)], [generation, lifeMs]),
    );
  }

  async end(userId: number, session: string): Promise<void> {
    await this.#circuit.run(() => this.#redis.set(sessionKey(userId, session), 'ended', 'PX', lifeMs));
  }
}

function stateOf(generation: string | null | undefined, life: string | null | undefined) {
  if (!generation || !life) return undefined;
  return { generation: Number(generation), isLive: life === 'live' };
}

const generationKey = (userId: number): string => `gate:{user:${userId}}:generation`;
const sessionKey = (userId: number, session: string): string => `gate:{user:${userId}}:session:${session}`;
