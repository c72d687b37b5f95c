import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { type Berth, toBerthError } from '@berth/wire';
import { Departure, type DepartureOutcome } from './departure.ts';
import type { LiveSession } from './live-session.ts';
import type { SessionIndex } from './session-index.ts';

/** Where a session may go: to no node of these names, and unless it is 0, to none that registered up to that boot epoch. */
export interface Elsewhere {
  avoid: readonly string[];
  bootedAfter: number;
  /** It cannot wait any more until nodes have places to spare: it is taken as those are who wait outside. */
  isUrgent: boolean;
}

export interface DrainOptions {
  index: SessionIndex;
  log: Log;
  /** Reserves the session's next berth, not on this node. Rejects when nobody can. */
  place(session: LiveSession, elsewhere: Elsewhere): Promise<Berth>;
  /** How a session went; `refused`: it asked for a place in vain, and will again. */
  onDeparture?: (outcome: DepartureOutcome | 'refused') => void;
  /** So many more are, or are no longer, connected here with a place elsewhere. */
  onLeaving?: (change: 1 | -1) => void;
}

export interface DrainPlan {
  /** Clients that drop their connection to go leave evenly over this… */
  windowMs: number;
  /** …or with all others at so many a second. 0: those that move go as fast as other nodes take them, or, when this one is about to end, within its window. */
  perSecond: number;
  reason: 'drain' | 'rebalance';
  /** The node is about to end: whoever has no place by the end of the window goes without one. */
  isFinal: boolean;
  /** So many sessions at most, and only of clients that lose nothing by it. Default: all. */
  sessions?: number;
  /** Nodes that they are not to move to, beside this one. */
  avoid?: readonly string[];
  /** The boot epoch after which those registered that take this node's place; 0: none do. Default: none. */
  successors?: () => number;
  /** Other nodes that send their sessions away, too. Default: none. */
  beside?: () => number;
}

/** Sessions leave in slices of this time. */
const sliceMs = 100;
/** Places are asked for so often: less than it takes to fill what a receiver gives at once. */
const turnMs = 40;
/** A client that drops its connection to go has this long to do so, and its requests to be answered. */
const leaveMs = 1_000;
/** Who moves at a pace of its own has the places of so long asked for together: a call costs more than a place… */
const gatherMs = 200;
/** …but no more than one receiver gives at once. */
const mostGathered = 5;
/** Clients begin to move within this, each at a moment of its own. */
const spreadMs = 250;
const maxPlacing = 16;
/**
 * A node that ends has its window to be empty. Those that can move do so over this part of it, however fast others would take
 * them: at once it would be at the cost of all who talk meanwhile…
 */
const movedBy = 0.4;
/** …and, as several nodes that end at a time are felt as much as one that hurries, over so much more of it, up to this… */
const movedByAtMost = 0.8;
export const movesWithinMs = (windowMs: number, nodes = 1): number =>
  Math.min(movedByAtMost, movedBy * nodes) * windowMs;
/** …but for its beginning: in a rollout the next node starts at that moment, and both at once would be felt… */
const movedFromMs = (windowMs: number): number => Math.min(4_000, 0.1 * windowMs);
/** …but not slower than so many a second… */
const leastPerSecond = 10;
/** …and for this part of that time none but to nodes that take its place. */
const succeededBy = 0.75;
/** From then on they do not wait for places to spare… */
const urgentBy = 0.5;
/** …and from then on whoever finds none goes without one, evenly over the rest… */
const lateBy = 0.85;
/** …or from then on, while nobody can be asked. */
const unansweredBy = 0.5;
/** After so many failures in a row nobody is asked for a while. */
const maxFailures = 3;
const failedMs = 5_000;

/**
 * Sends sessions away, each with its next berth. Clients that can connect there before they leave are sent as fast as other
 * nodes take them; those that cannot, evenly over the window.
 */
export class Drain {
  readonly #options: Required<DrainOptions>;
  #isStopped = false;
  #failures = 0;
  #askAgainAt = 0;
  #isAnswered = true;
  #moved = 0;
  /** Places that other nodes gave in the turn before. */
  #given = maxPlacing;

  constructor(options: DrainOptions) {
    this.#options = { onDeparture: () => {}, onLeaving: () => {}, ...options };
  }

  /** Leaves the rest where they are. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when no session is left, enough have moved, the window of a final one is over, or it was stopped. */
  async run(plan: DrainPlan): Promise<void> {
    const { index, log } = this.#options;
    const startedAt = performance.now();
    if (index.count > 0) log.info({ sessions: index.count, ...plan }, 'sending sessions away');
    let [nextSliceAt, allowance, lastMs] = [0, 0, 0];
    while (index.count > 0 && !this.#isStopped && this.#moved < (plan.sessions ?? Number.POSITIVE_INFINITY)) {
      const elapsedMs = performance.now() - startedAt;
      const hasEnd = plan.isFinal || plan.sessions !== undefined;
      if (hasEnd && elapsedMs > plan.windowMs + 2 * leaveMs) break;
      const staying = [...index.sessions()].filter((session) => session.ready && !session.departure);
      const movers = staying.filter((session) => session.moves);
      const isSlice = elapsedMs >= nextSliceAt;
      const perSecond = paceOf(plan, movers.length, elapsedMs);
      allowance = Math.min(allowance + (perSecond * (elapsedMs - lastMs)) / 1_000, Math.max(1, perSecond));
      lastMs = elapsedMs;
      allowance -= await this.#move(movers, { allowance, perSecond }, plan, {
        avoid: plan.avoid ?? [],
        bootedAfter: elapsedMs < succeededBy * withinMs(plan) ? (plan.successors?.() ?? 0) : 0,
        isUrgent: plan.isFinal && elapsedMs >= urgentBy * plan.windowMs,
      });
      if (isSlice) {
        nextSliceAt = elapsedMs + sliceMs;
        await this.#sendAwaySlice(staying, elapsedMs, plan);
      }
      await new Promise((resolve) => setTimeout(resolve, turnMs));
    }
  }

  /** Moves sessions, as many as other nodes take at this moment; answers with their number. */
  async #move(
    movers: readonly LiveSession[],
    { allowance, perSecond }: { allowance: number; perSecond: number },
    plan: DrainPlan,
    elsewhere: Elsewhere,
  ): Promise<number> {
    const left = (plan.sessions ?? Number.POSITIVE_INFINITY) - this.#moved;
    const most = Math.min(movers.length, Math.floor(allowance), left);
    if (most < Math.min(mostGathered, movers.length, left, Math.floor((perSecond * gatherMs) / 1_000)))
      return 0;
    const until = performance.now() + 4 * turnMs;
    // A little more than there were: each that is asked for in vain costs status, and Redis, as much as one that is given.
    const atOnce = Math.min(maxPlacing, Math.max(1, Math.ceil(1.25 * this.#given)));
    // With nobody given a place it is another one's turn: it may be this one alone who gets none.
    const first = this.#given === 0 ? Math.floor(Math.random() * movers.length) : 0;
    const inTurn = [...movers.slice(first), ...movers.slice(0, first)];
    let moved = 0;
    let isRefused = false;
    while (moved < most && !isRefused && !this.#isStopped && performance.now() < until) {
      const lot = inTurn.slice(moved, Math.min(most, moved + atOnce));
      const berths = await Promise.all(lot.map((session) => this.#berthFor(session, elsewhere)));
      lot.forEach((session, i) => {
        const berth = berths[i];
        if (berth) {
          this.#depart(session, { berth, startAfterMs: Math.round(Math.random() * spreadMs) }, plan);
          moved++;
        } else isRefused = true;
      });
    }
    if (most > 0) this.#given = moved;
    this.#moved += moved;
    return moved;
  }

  /** Those that drop their connection to go; and of a final drain, late in the window, those that found no place. */
  async #sendAwaySlice(staying: readonly LiveSession[], elapsedMs: number, plan: DrainPlan): Promise<void> {
    const { windowMs, perSecond, isFinal, sessions } = plan;
    if (sessions !== undefined) return;
    const isLate = isFinal && elapsedMs >= (this.#isAnswered ? lateBy : unansweredBy) * windowMs;
    const here = staying.filter((session) => !session.departure);
    const still = here.filter((session) => !session.moves);
    const late = isLate ? here.filter((session) => session.moves) : [];
    const slices = Math.max(1, Math.floor((windowMs - elapsedMs) / sliceMs));
    const part = (count: number) =>
      perSecond > 0 ? Math.ceil((perSecond * sliceMs) / 1_000) : Math.ceil(count / slices);
    // At the pace at which places are given now, the others have one by the end.
    const without = Math.max(0, late.length - this.#given * Math.max(0, (windowMs - elapsedMs) / turnMs));
    const slice = [...still.slice(0, part(still.length)), ...late.slice(0, part(without))];
    for (let i = 0; i < slice.length; i += maxPlacing)
      await Promise.all(
        slice.slice(i, i + maxPlacing).map(async (session) => {
          const berth = await this.#berthFor(session, { avoid: [], bootedAfter: 0, isUrgent: isLate });
          this.#depart(session, { berth, ...(session.moves && { startAfterMs: 0 }) }, plan);
        }),
      );
  }

  #depart(
    session: LiveSession,
    { berth, startAfterMs }: { berth: Berth | undefined; startAfterMs?: number },
    { reason }: DrainPlan,
  ): void {
    const { onDeparture, onLeaving } = this.#options;
    if (berth) onLeaving(1);
    new Departure(session, {
      reason,
      leaveMs,
      // With a place in hand at once; without one a little apart, so that gate is not stormed.
      retryAfterMs: berth ? 0 : jittered(1_000, 0.8),
      onEnd: (outcome) => {
        if (berth) onLeaving(-1);
        onDeparture(outcome);
      },
      ...(berth && { berth }),
      ...(startAfterMs !== undefined && { startAfterMs }),
    });
  }

  async #berthFor(session: LiveSession, elsewhere: Elsewhere): Promise<Berth | undefined> {
    if (session.departure || performance.now() < this.#askAgainAt) return undefined;
    try {
      const berth = await this.#options.place(session, elsewhere);
      this.#failures = 0;
      this.#isAnswered = true;
      return berth;
    } catch (error) {
      this.#options.log.debug({ err: error }, 'no berth for a session that leaves');
      this.#options.onDeparture('refused');
      // Full nodes are asked again soon; one that cannot be asked is left alone for a while.
      const { code } = toBerthError(error);
      this.#isAnswered = code === 'no_berth' || code === 'rate_limited';
      if (!this.#isAnswered && ++this.#failures >= maxFailures)
        this.#askAgainAt = performance.now() + failedMs;
      return undefined;
    }
  }
}

/** How many may move a second, of so many that are left. */
function paceOf(plan: DrainPlan, movers: number, elapsedMs: number): number {
  const { perSecond, isFinal, windowMs } = plan;
  if (perSecond > 0) return perSecond;
  if (isFinal && elapsedMs < movedFromMs(windowMs)) return 0;
  const restMs = withinMs(plan) - elapsedMs;
  // As fast as other nodes take them.
  if (!isFinal || restMs <= 0) return Number.MAX_SAFE_INTEGER;
  return Math.max(leastPerSecond, (1_000 * movers) / restMs);
}

const withinMs = ({ windowMs, beside }: DrainPlan): number => movesWithinMs(windowMs, 1 + (beside?.() ?? 0));
