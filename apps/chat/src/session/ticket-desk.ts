import { type TicketClaims, verifyTicket } from '@berth/tokens';
import { BerthError } from '@berth/wire';

/** Who this node is, as the registry told it. */
export interface NodeIdentity {
  readonly node: string;
  /** Redis time at registration, milliseconds; 0 until registered. */
  readonly bootEpoch: number;
  readonly ticketKey: Uint8Array | undefined;
  /** Milliseconds since 1970 by Redis' clock. */
  nowMs(): number;
}

/** Whether status keeps a place for the ticket until it is told that it was used; without its registry it keeps none. */
export const isReserved = (reservation: string): boolean =>
  reservation !== '' && !reservation.startsWith('p2c-');

/** A revocation is remembered this long: longer than any ticket that was signed before it lives. */
const rememberMs = 120_000;

/** Takes tickets: each once, on this node and in this boot, and none of a session that was ended. */
export class TicketDesk {
  readonly #identity: NodeIdentity;
  /** Signature of each ticket taken → when it expires. In order of taking, which is nearly that of expiry. */
  readonly #used = new Map<string, number>();
  readonly #endedSessions = new Map<string, number>();
  /** User → tokens of a lower generation are void. */
  readonly #generations = new Map<number, { generation: number; until: number }>();

  constructor(identity: NodeIdentity) {
    this.#identity = identity;
  }

  /** Tickets and revocations remembered. */
  get size(): number {
    return this.#used.size + this.#endedSessions.size + this.#generations.size;
  }

  /** Throws BerthError `ticket_invalid`, `session_ended`, or `unavailable` while the node is not registered. */
  check(ticket: string): TicketClaims {
    const { node, bootEpoch, ticketKey } = this.#identity;
    if (ticketKey === undefined) throw new BerthError('unavailable', 'This node is not ready yet.');
    const nowMs = this.#identity.nowMs();
    const claims = verifyTicket(ticket, ticketKey, { node, bootEpoch, nowMs });
    this.#forgetBefore(nowMs);
    if (this.#used.has(signatureOf(ticket)))
      throw new BerthError('ticket_invalid', 'This ticket is not valid: it was used.');
    if (this.isRevoked(claims)) throw new BerthError('session_ended');
    return claims;
  }

  /** From now on the ticket, which was checked, is used. */
  use(ticket: string, claims: TicketClaims): void {
    this.#used.set(signatureOf(ticket), claims.expiresAt);
  }

  isRevoked(session: { session: string; user: number; generation: number }): boolean {
    const lowest = this.#generations.get(session.user);
    return (
      this.#endedSessions.has(session.session) ||
      (lowest !== undefined && session.generation < lowest.generation)
    );
  }

  /** `generation` 0: only the sessions named. */
  revoke(user: number, sessions: readonly string[], generation: number): void {
    const nowMs = this.#identity.nowMs();
    this.#forgetBefore(nowMs);
    const until = nowMs + rememberMs;
    for (const session of sessions) this.#endedSessions.set(session, until);
    const known = this.#generations.get(user);
    if (generation > (known?.generation ?? 0)) this.#generations.set(user, { generation, until });
  }

  #forgetBefore(nowMs: number): void {
    for (const [signature, expiresAt] of this.#used) {
      if (expiresAt > nowMs) break;
      this.#used.delete(signature);
    }
    for (const [session, until] of this.#endedSessions) {
      if (until > nowMs) break;
      this.#endedSessions.delete(session);
    }
    for (const [user, { until }] of this.#generations) {
      if (until > nowMs) break;
      this.#generations.delete(user);
    }
  }
}

/** As 32 characters of their own: a slice would keep the whole ticket in memory. */
const signatureOf = (ticket: string): string =>
  Buffer.from(ticket.slice(ticket.lastIndexOf('.') + 1), 'base64url').toString('latin1');
