import { createHmac, timingSafeEqual } from 'node:crypto';
import { BerthError } from '@berth/wire';

/** What a ticket says: this user's session may connect to this node once, until `expiresAt`. */
export interface TicketClaims {
  node: string;
  /** Boot epoch of the node; a restarted node refuses older tickets. */
  bootEpoch: number;
  reservation: string;
  user: number;
  deviceClass: string;
  /** 32 hex digits. */
  session: string;
  /** The account's generation when the ticket was signed. */
  generation: number;
  /** Milliseconds since 1970 by Redis' clock. */
  expiresAt: number;
}

type Packed = [
  reservation: string,
  epoch: number,
  user: number,
  device: string,
  session: string,
  generation: number,
  expires: number,
];

/** The key of one node and boot: every status replica derives the same, and the node gets only its own. 32 bytes. */
export function deriveTicketKey(secret: string, node: string, bootEpoch: number): Buffer {
  return createHmac('sha256', secret).update(`ticket\n${node}\n${bootEpoch}`).digest();
}

/** `<node>.<payload>.<signature>`: begins with the node's name, so that a proxy can route without understanding it. */
export function signTicket(claims: TicketClaims, key: Uint8Array): string {
  const packed: Packed = [
    claims.reservation,
    claims.bootEpoch,
    claims.user,
    claims.deviceClass,
    claims.session,
    claims.generation,
    claims.expiresAt,
  ];
  const body = `${claims.node}.${Buffer.from(JSON.stringify(packed)).toString('base64url')}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

/** The node that a ticket names, unchecked; undefined when it has not the form of a ticket. */
export function ticketNode(ticket: string): string | undefined {
  return /^([a-z0-9-]{1,63})\.[\w-]+\.[\w-]+$/.exec(ticket)?.[1];
}

/**
 * Checks a ticket against the node's own name, boot epoch, key and clock (Redis' milliseconds).
 * Throws BerthError `ticket_invalid`, the reason in its message. Whether it was used before is the caller's to know.
 */
export function verifyTicket(
  ticket: string,
  key: Uint8Array,
  at: { node: string; bootEpoch: number; nowMs: number },
): TicketClaims {
  const dot = ticket.lastIndexOf('.');
  const body = ticket.slice(0, Math.max(dot, 0));
  // As text: base64 has several spellings of the same bytes, and a ticket is good once by its spelling.
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('base64url'));
  const given = Buffer.from(ticket.slice(dot + 1));
  if (ticketNode(ticket) !== at.node) throw invalid('it is for another node');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw invalid('its signature is wrong');
  const packed = JSON.parse(Buffer.from(body.slice(at.node.length + 1), 'base64url').toString()) as Packed;
  const [reservation, bootEpoch, user, deviceClass, session, generation, expiresAt] = packed;
  if (bootEpoch !== at.bootEpoch) throw invalid('the node has restarted since');
  if (expiresAt <= at.nowMs) throw invalid('it has expired');
  return { node: at.node, bootEpoch, reservation, user, deviceClass, session, generation, expiresAt };
}

const invalid = (why: string): BerthError =>
  new BerthError('ticket_invalid', `This ticket is not valid: ${why}.`);
