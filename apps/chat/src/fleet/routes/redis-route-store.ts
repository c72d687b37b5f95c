import { LuaScript, type Redis } from '@berth/redis';

/** Where a session of a user lives. */
export interface Route {
  deviceClass: string;
  node: string;
  bootEpoch: number;
  session: string;
  /** Microseconds; of two claims the higher wins. */
  epoch: number;
}

/** `epoch` is undefined when a claim with a higher epoch stands, which is then `previous`. */
export interface ClaimResult {
  epoch: number | undefined;
  previous: Route | undefined;
}

const claimRoute = new LuaScript<[epoch: string, previous: string]>(
  new URL('./claim-route.lua', import.meta.url),
);
const releaseRoute = new LuaScript<number>(new URL('./release-route.lua', import.meta.url));

/** Says which Redis this is: after a flush it is gone, or another. */
const sentinelKey = 'routes:sentinel';
const keyOf = (user: number): string => `route:{${user}}`;

/**
 * The routes of all users: one key a user, its lease being that of the node that a route names. Everything throws when
 * Redis is away.
 */
export class RedisRouteStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** `route.epoch`: the epoch that the session holds, 0 for a new claim. */
  async claim(user: number, route: Route): Promise<ClaimResult> {
    const { deviceClass, node, bootEpoch, session, epoch } = route;
    const answer = await claimRoute.run(
      this.#redis,
      [keyOf(user)],
      [deviceClass, node, bootEpoch, session, epoch],
    );
    const claimed = Number(answer[0]);
    return {
      epoch: claimed === 0 ? undefined : claimed,
      previous: answer[1] === '' ? undefined : parseRoute(deviceClass, answer[1]),
    };
  }

  /** False when the route is not, or no longer, this session's. */
  async release(user: number, route: Pick<Route, 'deviceClass' | 'session' | 'epoch'>): Promise<boolean> {
    const released = await releaseRoute.run(
      this.#redis,
      [keyOf(user)],
      [route.deviceClass, route.session, route.epoch],
    );
    return released === 1;
  }

  /** The routes of each user, in the order asked; those of nodes that are gone included. */
  async read(users: readonly number[]): Promise<Route[][]> {
    if (users.length === 0) return [];
    const keys = users.map(keyOf);
    const values = this.#redis.isCluster
      ? await Promise.all(keys.map((key) => this.#redis.get(key)))
      : await this.#redis.mget(keys);
    return values.map((value) => (value === null ? [] : parseRoutes(value)));
  }

  /** The token of this Redis' life; sets `fresh` when there is none. */
  async sentinel(fresh: string): Promise<string> {
    return (
      (await this.#redis.get(sentinelKey)) ??
      ((await this.#redis.set(sentinelKey, fresh, 'NX')) === 'OK'
        ? fresh
        : ((await this.#redis.get(sentinelKey)) ?? fresh))
    );
  }
}

function parseRoutes(value: string): Route[] {
  return value.split(';').map((entry) => {
    const at = entry.indexOf('=');
    return parseRoute(entry.slice(0, at), entry.slice(at + 1));
  });
}

function parseRoute(deviceClass: string, text: string): Route {
  const [node = '', bootEpoch = '', session = '', epoch = ''] = text.split('|');
  return { deviceClass, node, bootEpoch: Number(bootEpoch), session, epoch: Number(epoch) };
}
