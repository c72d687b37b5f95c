import { isReserved } from '../session/ticket-desk.ts';

/** Reservations in one load at most, as the contract says. */
const perLoad = 4_096;
/** Unacknowledged ones kept at most, while the registry is away; older ones have expired there by then. */
const maxKept = 65_536;

/** Reservations whose tickets were taken, each told again until it is acknowledged. */
export class UsedReservations {
  readonly #used = new Set<string>();

  add(reservation: string): void {
    if (!isReserved(reservation)) return;
    this.#used.add(reservation);
    if (this.#used.size <= maxKept) return;
    for (const oldest of this.#used) {
      this.#used.delete(oldest);
      break;
    }
  }

  /** The oldest that fit one load. */
  next(): string[] {
    const next: string[] = [];
    for (const reservation of this.#used) {
      if (next.length >= perLoad) break;
      next.push(reservation);
    }
    return next;
  }

  acknowledge(reservations: readonly string[]): void {
    for (const reservation of reservations) this.#used.delete(reservation);
  }
}
