import type { Online } from '../../people/online.ts';
import type { SessionIndex } from '../../session/session-index.ts';
import type { Fleet } from '../peers/fleet.ts';
import type { RedisRouteStore } from '../routes/redis-route-store.ts';

export interface RouteOnlineOptions {
  index: SessionIndex;
  store: RedisRouteStore;
  fleet: Fleet;
  isRedisAway(): boolean;
  onRedisFailure(error: unknown): void;
}

/** Users whose routes are read at once. */
const lot = 1_000;

/** Online is who has a session here, or a route to a live node. */
export class RouteOnline implements Online {
  readonly #options: RouteOnlineOptions;

  constructor(options: RouteOnlineOptions) {
    this.#options = options;
  }

  async amongUsers(users: readonly number[]): Promise<ReadonlySet<number>> {
    const { index, store, fleet, isRedisAway, onRedisFailure } = this.#options;
    const online = new Set(users.filter((user) => index.sessionsOf(user).length > 0));
    const others = fleet.size === 0 || isRedisAway() ? [] : users.filter((user) => !online.has(user));
    try {
      for (let i = 0; i < others.length; i += lot) {
        const some = others.slice(i, i + lot);
        const routes = await store.read(some);
        for (const [at, user] of some.entries())
          if (routes[at]!.some(({ node, bootEpoch }) => fleet.has(node, bootEpoch))) online.add(user);
      }
    } catch (error) {
      onRedisFailure(error);
    }
    return online;
  }

  async sessionsOf(user: number): Promise<ReadonlySet<string>> {
    const { index, store, fleet, isRedisAway, onRedisFailure } = this.#options;
    const live = new Set(index.sessionsOf(user).map(({ id }) => id));
    if (fleet.size === 0 || isRedisAway()) return live;
    try {
      const [routes = []] = await store.read([user]);
      for (const { session, node, bootEpoch } of routes) if (fleet.has(node, bootEpoch)) live.add(session);
    } catch (error) {
      onRedisFailure(error);
    }
    return live;
  }
}
