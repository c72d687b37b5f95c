import { deriveTicketKey, signTicket } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { FleetView } from '../registry/fleet-view.ts';
import type { Placed, PlacementRequest } from '../registry/registry.ts';
import { barOf } from './admission.ts';
import { choose, type Skip } from './choose.ts';
import type { NodeAddress } from './node-record.ts';
import { createNonces } from './nonces.ts';
import type { PlacementQueue } from './placement-queue.ts';
import type { Rules } from './rules.ts';
import { p2c } from './strategies/p2c.ts';
import type { Strategy, Wish } from './strategies/strategy.ts';

export interface PlaceWish extends Wish {
  sessionId: string;
  generation: number;
}

export interface Berth {
  node: string;
  address: NodeAddress;
  ticket: string;
  reservation: string;
  expiresAtMs: number;
  skips: Skip[];
  /** Placed on the last good view, without a reservation. */
  fallback: boolean;
}

export interface PlacerOptions {
  queue: Pick<PlacementQueue, 'place'>;
  view: FleetView;
  strategy: Strategy;
  rules: Rules;
  ticketSecret: string;
  random?: () => number;
}

/** Ticket keys kept derived; a fleet has fewer boots within the life of a ticket. */
const maxKeys = 4_096;

/** Finds a berth for a wish and signs its ticket: by reservation, or while Redis is away by p2c on the last good view. */
export class Placer {
  readonly #options: Required<PlacerOptions>;
  readonly #nonce = createNonces();
  readonly #keys = new Map<string, Buffer>();

  constructor(options: PlacerOptions) {
    this.#options = { random: Math.random, ...options };
  }

  /** Throws BerthError `no_berth` with retryAfterMs, or `unavailable` when there is neither Redis nor a node in view. */
  async place(wish: PlaceWish): Promise<Berth> {
    const { view, queue } = this.#options;
    if (view.away) return this.#placeByView(wish);
    const request: PlacementRequest = {
      holder: holderOf(wish),
      nonce: this.#nonce(),
      wish,
      preference: this.#preferenceOf(wish),
    };
    let placed: Placed;
    try {
      placed = await queue.place(request);
    } catch (error) {
      if (error instanceof BerthError) throw error;
      view.markAway();
      return this.#placeByView(wish);
    }
    if (!placed.chosen) throw this.#nobodyFree(placed.waitMs);
    const { name, bootEpoch, expiresAtMs, address } = placed.chosen;
    const reservation = `${request.holder}.${request.nonce}`;
    return {
      ...this.#berth(wish, name, bootEpoch, address, reservation, expiresAtMs),
      skips: placed.skips,
      fallback: false,
    };
  }

  #preferenceOf(wish: Wish): PlacementRequest['preference'] {
    const { strategy, view, rules, random } = this.#options;
    const snapshot = view.snapshot;
    if (!strategy.prefer || !snapshot) return undefined;
    const open = snapshot.nodes.filter((node) => node.standing === 'listed' && node.bar === 0);
    return strategy.prefer(wish, open, random, rules);
  }

  #placeByView(wish: PlaceWish): Berth {
    const { view, rules, random } = this.#options;
    const snapshot = view.snapshot;
    const nowMs = view.nowMs();
    if (!snapshot || nowMs === undefined) {
      throw new BerthError('unavailable', 'The registry is away and no view of the fleet is there yet.', {
        retryAfterMs: 1_000,
      });
    }
    const listed = snapshot.nodes.filter((node) => node.standing === 'listed');
    if (!listed.some((node) => !node.suspect && node.leaseUntilMs > nowMs)) {
      throw new BerthError('unavailable', 'The registry is away and no node reports to this replica.', {
        retryAfterMs: 1_000,
      });
    }
    const open = listed.filter((node) => !barOf(node, rules, nowMs));
    const preference = p2c.prefer!(wish, open, random, rules);
    const { node, skips } = choose(listed, wish, p2c, rules, nowMs, preference);
    if (!node) throw this.#nobodyFree(undefined);
    const chosen = listed.find((known) => known.name === node.name)!;
    view.placed(chosen, holderOf(wish));
    const reservation = `p2c-${wish.userId}.${wish.deviceClass}.${this.#nonce()}`;
    const expiresAtMs = Math.floor(nowMs + rules.reservationMs);
    return {
      ...this.#berth(wish, chosen.name, chosen.epoch, chosen.address, reservation, expiresAtMs),
      skips,
      fallback: true,
    };
  }

  #berth(
    wish: PlaceWish,
    node: string,
    bootEpoch: number,
    address: NodeAddress,
    reservation: string,
    expiresAtMs: number,
  ): Pick<Berth, 'node' | 'address' | 'ticket' | 'reservation' | 'expiresAtMs'> {
    const ticket = signTicket(
      {
        node,
        bootEpoch,
        reservation,
        user: wish.userId,
        deviceClass: wish.deviceClass,
        session: wish.sessionId,
        generation: wish.generation,
        expiresAt: expiresAtMs,
      },
      this.#keyOf(node, bootEpoch),
    );
    return { node, address, ticket, reservation, expiresAtMs };
  }

  #keyOf(node: string, bootEpoch: number): Buffer {
    const id = `${node} ${bootEpoch}`;
    let key = this.#keys.get(id);
    if (!key) {
      if (this.#keys.size >= maxKeys) this.#keys.clear();
      key = deriveTicketKey(this.#options.ticketSecret, node, bootEpoch);
      this.#keys.set(id, key);
    }
    return key;
  }

  /** Not before the next token, and spread out: everyone who is refused now would come at once. */
  #nobodyFree(waitMs: number | undefined): BerthError {
    const leastMs = Math.min(5_000, Math.max(250, waitMs ?? 1_000));
    return new BerthError('no_berth', undefined, {
      retryAfterMs: Math.round(leastMs * (1 + this.#options.random())),
    });
  }
}

/** Sessions of one device class may be on their way at once; each has one reservation. */
const holderOf = ({ userId, deviceClass, sessionId }: PlaceWish): string =>
  `${userId}.${deviceClass}.${sessionId.slice(0, 8)}`;
