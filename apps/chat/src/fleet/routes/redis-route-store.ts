import { LuaScript, type Redis } from '@berth/redis';

/** Where a session of a user lives. */
export interface Route {
  deviceClass: string;
  node: string;
  bootEpoch: number;
  session: string;
  /** Microseconds; of two claims of a session the higher wins. */
  epoch: number;
}

export interface Claim extends Route {
  /** When the session was last used, milliseconds by Redis' clock: of too many the one that was used least lately goes. */
  activeMs: number;
  /** Sessions of the class that may live at once. */
  limit: number;
}

export type ClaimResult =
  /** `gone`: the session's own former route, and those of the class that had to give way. */
  | { epoch: number; activeMs: number; gone: Route[] }
  /** A newer claim of the session stands, or enough others of the class that were used more lately. */
  | { epoch: undefined; winner: Route };

const claimRoute = new LuaScript<[epoch: string, activeMs: string, entries: string]>(
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

  /**
   * `claim.epoch`: the epoch that the session holds, 0 for a new claim, which always stands. `isLive` is asked only when
   * there are too many: routes of nodes that are gone give way first.
   */
  async claim(user: number, claim: Claim, isLive: (route: Route) => boolean): Promise<ClaimResult> {
    let answer = await this.#claim(user, claim, '');
    if (answer[0] === '') {
      const gone = parseRoutes(answer[2]).filter((route) => !isLive(route));
      const nodes = gone.map(({ node, bootEpoch }) => `${node}|${bootEpoch};`);
      answer = await this.#claim(user, claim, `;${nodes.join('')}`);
    }
    const [epoch, activeMs, entries] = answer;
    const routes = entries === '' ? [] : parseRoutes(entries);
    return epoch === '0'
      ? { epoch: undefined, winner: routes[0]! }
      : { epoch: Number(epoch), activeMs: Number(activeMs), gone: routes };
  }

  #claim(user: number, claim: Claim, gone: string): Promise<[string, string, string]> {
    const { deviceClass, node, bootEpoch, session, epoch, activeMs, limit } = claim;
    return claimRoute.run(
      this.#redis,
      [keyOf(user)],
      [deviceClass, node, bootEpoch, session, epoch, Math.floor(activeMs), limit, gone],
    );
  }

  /**
   * Takes away the route with that epoch; with epoch 0, of a session that has not heard of its claim, the one that it has on
   * that boot of that node. False when the route is not, or no longer, this session's.
   */
  async release(user: number, route: Route): Promise<boolean> {
    const { deviceClass, session, epoch, node, bootEpoch } = route;
    const released = await releaseRoute.run(
      this.#redis,
      [keyOf(user)],
      [deviceClass, session, epoch, node, bootEpoch],
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

/** Entries as claim-route.lua writes them. */
function parseRoutes(value: string): Route[] {
  return value.split(';').map((entry) => {
    const at = entry.indexOf('=');
    const [deviceClass = ''] = entry.slice(0, at).split('~');
    const [node = '', bootEpoch = '', session = '', epoch = ''] = entry.slice(at + 1).split('|');
    return { deviceClass, node, bootEpoch: Number(bootEpoch), session, epoch: Number(epoch) };
  });
}
