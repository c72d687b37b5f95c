import { randomBytes } from 'node:crypto';
import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveSession } from '../../session/live-session.ts';
import type { SessionIndex } from '../../session/session-index.ts';
import type { NodeIdentity } from '../../session/ticket-desk.ts';
import type { Claim, RedisRouteStore, Route } from './redis-route-store.ts';

export interface RouteKeeperOptions {
  store: RedisRouteStore;
  index: SessionIndex;
  identity: NodeIdentity;
  log: Log;
  /** Whether that boot of another node is live. */
  isLive(route: Route): boolean;
  /** Tells the node whose route had to go; `session` is the one that claimed. */
  tellPrevious(previous: Route, session: LiveSession): void;
  /** Every route of this node stands again after Redis had lost them, or had been away. */
  onRebuilt(): void;
  /** How often Redis is looked at. Default 1 000 ms. */
  watchMs?: number;
}

/** Claims under way at a time while all routes are claimed again, and the pause after each lot. */
const rebuildLot = 250;
const rebuildPauseMs = 10;

/** A session that is in use says so to Redis at its first use, and then not more often than this. */
const activeEveryMs = 60_000;

/** What is not given up beyond this stays until the user's next log-in replaces it. */
const maxOwed = 20_000;

type OwedRoute = Route & { user: number };

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
  /** Sessions that have asked for a route and not heard whether they have it. */
  readonly #unsure = new WeakSet<LiveSession>();

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

  /**
   * Makes the session the owner of its route; true when it lived on another node until now. Resolves also when Redis is
   * away.
   */
  async claim(session: LiveSession): Promise<boolean> {
    session.activeMs = this.#options.identity.nowMs();
    if (!this.#away)
      try {
        return await this.#claim(session);
      } catch (error) {
        this.lost(error);
      }
    this.#makeRoomHere(session);
    return false;
  }

  /** The session was used: of too many of its class it is not the first to go. */
  used(session: LiveSession): void {
    session.activeMs = this.#options.identity.nowMs();
    if (session.maxOfClass === 1 || session.epoch === 0 || this.#away) return;
    if (session.activeMs - session.activeToldMs < activeEveryMs) return;
    session.activeToldMs = session.activeMs;
    this.#claim(session).catch((error: unknown) => this.lost(error));
  }

  /** Gives the route up, in its own time. */
  release(session: LiveSession): void {
    if (session.epoch === 0 && !this.#unsure.has(session)) return;
    const { user, deviceClass, id, epoch } = session;
    const { node, bootEpoch } = this.#options.identity;
    const route = { user, deviceClass, session: id, epoch, node, bootEpoch };
    if (this.#away) this.#owe(route);
    else this.#release(route);
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

  /** Answers as `claim` does. */
  async #claim(session: LiveSession): Promise<boolean> {
    const { store, identity, isLive, tellPrevious } = this.#options;
    const { activeMs } = session;
    this.#unsure.add(session);
    const result = await store
      .claim(session.user, claimOf(session, identity), (route) => isOwn(route, identity) || isLive(route))
      .catch((error: unknown) => {
        if (!this.#isHere(session)) this.release(session);
        throw error;
      });
    this.#unsure.delete(session);
    if (result.epoch === undefined) {
      const { session: winner, node } = result.winner;
      if (winner === session.id) session.close('moved', { node });
      else session.close('kicked', { limit: session.maxOfClass });
      return false;
    }
    session.epoch = result.epoch;
    if (session.activeMs === activeMs) session.activeMs = result.activeMs;
    if (!this.#isHere(session)) this.release(session);
    for (const route of result.gone)
      if (!isOwn(route, identity)) tellPrevious(route, session);
      else if (route.session !== session.id) this.#endHere(route, session);
    return result.gone.some((route) => route.session === session.id && isLive(route));
  }

  #isHere(session: LiveSession): boolean {
    return this.#options.index.sessionsOf(session.user).includes(session);
  }

  /** A session of this node had to give way. */
  #endHere({ session: id, epoch }: Route, { user, maxOfClass }: LiveSession): void {
    for (const session of [...this.#options.index.sessionsOf(user)])
      if (session.id === id && session.epoch <= epoch) session.close('kicked', { limit: maxOfClass });
  }

  /** While nobody can compare all of them, those of this node alone are no more than may live. */
  #makeRoomHere({ user, deviceClass, maxOfClass }: LiveSession): void {
    const sessions = this.#options.index
      .sessionsOf(user)
      .filter((other) => other.deviceClass === deviceClass);
    const tooMany = Math.max(0, sessions.length - maxOfClass);
    for (const idle of sessions.sort((one, other) => one.activeMs - other.activeMs).slice(0, tooMany))
      idle.close('kicked', { limit: maxOfClass });
  }

  #release(route: OwedRoute): void {
    // Without its epoch it cannot be told from the one that the session has, or asks for, when it is back.
    const here = route.epoch === 0 ? this.#options.index.sessionsOf(route.user) : [];
    if (here.some(({ id }) => id === route.session)) return;
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

function claimOf(session: LiveSession, identity: NodeIdentity): Claim {
  return {
    deviceClass: session.deviceClass,
    node: identity.node,
    bootEpoch: identity.bootEpoch,
    session: session.id,
    epoch: session.epoch,
    activeMs: session.activeMs,
    limit: session.maxOfClass,
  };
}
