import { randomBytes } from 'node:crypto';
import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveSession } from '../../session/live-session.ts';
import type { SessionIndex } from '../../session/session-index.ts';
import type { NodeIdentity } from '../../session/ticket-desk.ts';
import type { RedisRouteStore, Route } from './redis-route-store.ts';

export interface RouteKeeperOptions {
  store: RedisRouteStore;
  index: SessionIndex;
  identity: NodeIdentity;
  log: Log;
  /** Tells the node that owned the route; `session` is the one that has it now. */
  tellPrevious(previous: Route, session: LiveSession): void;
  /** Every route of this node stands again after Redis had lost them, or had been away. */
  onRebuilt(): void;
  /** How often Redis is looked at. Default 1 000 ms. */
  watchMs?: number;
}

/** Claims under way at a time while all routes are claimed again, and the pause after each lot. */
const rebuildLot = 250;
const rebuildPauseMs = 10;

/** What is not given up beyond this stays until the user's next log-in replaces it. */
const maxOwed = 20_000;

type OwedRoute = Pick<Route, 'deviceClass' | 'session' | 'epoch'> & { user: number };

/**
 * Keeps the routes of this node's sessions standing. A session is accepted with Redis away and claimed when it is back;
 * a flush is noticed by the sentinel, and everything is claimed again with the epochs that the sessions hold.
 */
export class RouteKeeper {
  readonly #options: RouteKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #sentinel: string | undefined;
  #away = false;
  #closed = false;
  /** Routes to be given up when Redis is back. */
  readonly #owed: OwedRoute[] = [];

  constructor(options: RouteKeeperOptions) {
    this.#options = options;
  }

  /** True while Redis does not answer: what would be read from it is not known. */
  get isAway(): boolean {
    return this.#away;
  }

  start(): void {
    this.#schedule(0);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Makes the session the owner of its route. Resolves also when Redis is away. */
  async claim(session: LiveSession): Promise<void> {
    if (this.#away) return;
    try {
      await this.#claim(session);
    } catch (error) {
      this.lost(error);
    }
  }

  /** Gives the route up, in its own time. */
  release(session: LiveSession): void {
    if (session.epoch === 0) return;
    const { user, deviceClass, id, epoch } = session;
    if (this.#away) this.#owe({ user, deviceClass, session: id, epoch });
    else this.#release({ user, deviceClass, session: id, epoch });
  }

  /** Claims the routes of all sessions again, paced; whoever holds a newer one ends ours. */
  async claimAll(): Promise<void> {
    if (this.#away) return;
    const sessions = [...this.#options.index.sessions()];
    for (let i = 0; i < sessions.length && !this.#closed; i += rebuildLot) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, rebuildPauseMs));
      await Promise.all(sessions.slice(i, i + rebuildLot).map((session) => this.#claim(session)));
    }
  }

  async #rebuild(): Promise<void> {
    try {
      await this.claimAll();
      for (const route of this.#owed.splice(0)) this.#release(route);
      this.#options.onRebuilt();
    } catch (error) {
      // Noticed again by the next look, which starts over.
      this.#sentinel = '';
      this.lost(error);
    }
  }

  async #claim(session: LiveSession): Promise<void> {
    const { store, identity, index } = this.#options;
    const { epoch, previous } = await store.claim(session.user, routeOf(session, identity));
    if (epoch === undefined) {
      const { session: winner, node } = previous!;
      session.close(winner === session.id ? 'moved' : 'kicked', { node });
      return;
    }
    session.epoch = epoch;
    if (!index.sessionsOf(session.user).includes(session)) this.release(session);
    else if (previous && !isOwn(previous, identity)) this.#options.tellPrevious(previous, session);
  }

  #release(route: OwedRoute): void {
    this.#options.store.release(route.user, route).catch((error: unknown) => {
      this.#owe(route);
      this.lost(error);
    });
  }

  #owe(route: OwedRoute): void {
    if (this.#owed.length < maxOwed) this.#owed.push(route);
  }

  async #look(): Promise<void> {
    const found = await this.#options.store.sentinel(randomBytes(8).toString('hex'));
    const known = this.#sentinel;
    const wasAway = this.#away;
    this.#sentinel = found;
    this.#away = false;
    if (wasAway || (known !== undefined && known !== found)) {
      this.#options.log.warn({ flushed: known !== found }, 'claiming all routes again');
      await this.#rebuild();
    }
  }

  /** Redis did not answer somebody. */
  lost(error: unknown): void {
    if (!this.#away)
      this.#options.log.warn({ err: error }, 'Redis does not answer; routes are claimed later');
    this.#away = true;
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#look()
        .catch((error: unknown) => this.lost(error))
        .finally(() => this.#schedule(jittered(this.#options.watchMs ?? 1_000)));
    }, ms);
  }
}

const isOwn = (route: Route, identity: NodeIdentity): boolean =>
  route.node === identity.node && route.bootEpoch === identity.bootEpoch;

function routeOf(session: LiveSession, identity: NodeIdentity): Route {
  return {
    deviceClass: session.deviceClass,
    node: identity.node,
    bootEpoch: identity.bootEpoch,
    session: session.id,
    epoch: session.epoch,
  };
}
