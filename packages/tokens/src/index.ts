export { createInviteToken, formatInviteToken, parseInviteToken } from './invite-token.ts';
export { createSessionKey, publicSessionKeys, type SessionClaims, SessionKeys } from './session-keys.ts';
export { deriveTicketKey, signTicket, type TicketClaims, ticketNode, verifyTicket } from './ticket.ts';
