import type { Circuit } from '@berth/lifecycle';
import { LuaScript, type Redis } from '@berth/redis';
import type { SessionState } from './session-store.ts';

const learnSession = new LuaScript(new URL('./learn-session.lua', import.meta.url));

/**
 * How long something learnt is believed. Ends are written here at once; should that fail, a session that was ended in
 * MySQL gets berths at most so long (its connections are closed by the revocation in any case).
 */
const lifeMs = 10 * 60_000;

/** Generations and sessions in Redis, so that a berth needs no MySQL. Errors are the Redis client's. */
export class RedisSessionCache {
  readonly #redis: Redis;
  readonly #circuit: Circuit;

  constructor(redis: Redis, circuit: Circuit) {
    this.#redis = redis;
    this.#circuit = circuit;
  }

  /** Undefined when either part is not known. */
  async read(userId: number, session: string): Promise<SessionState | undefined> {
    const [generation, life] = await this.#circuit.run(() =>
      this.#redis.mget(generationKey(userId), sessionKey(userId, session)),
    );
    if (!generation || !life) return undefined;
    return { generation: Number(generation), isLive: life === 'live' };
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

  /** True once an hour for each session. */
  async isFirstOfHour(userId: number, session: string): Promise<boolean> {
    const key = `${sessionKey(userId, session)}:seen`;
    return (await this.#circuit.run(() => this.#redis.set(key, '1', 'PX', 3_600_000, 'NX'))) === 'OK';
  }

  async end(userId: number, session: string): Promise<void> {
    await this.#circuit.run(() => this.#redis.set(sessionKey(userId, session), 'ended', 'PX', lifeMs));
  }
}

const generationKey = (userId: number): string => `gate:{user:${userId}}:generation`;
const sessionKey = (userId: number, session: string): string => `gate:{user:${userId}}:session:${session}`;
