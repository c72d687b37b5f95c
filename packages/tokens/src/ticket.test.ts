import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveTicketKey, signTicket, type TicketClaims, ticketNode, verifyTicket } from './ticket.ts';

const claims: TicketClaims = {
  node: 'chat-1',
  bootEpoch: 1_795_000_000_000_000,
  reservation: 'r-1',
  user: 7,
  deviceClass: 'web',
  session: 'ab'.repeat(16),
  generation: 1,
  expiresAt: 2_000,
};
const key = deriveTicketKey('a secret of the test', claims.node, claims.bootEpoch);
const here = { node: claims.node, bootEpoch: claims.bootEpoch, nowMs: 1_000 };
const ticket = signTicket(claims, key);
const refused = { code: 'ticket_invalid' };

test('what was signed is what is verified, and the node stands in front', () => {
  assert.deepEqual(verifyTicket(ticket, key, here), claims);
  assert.equal(ticketNode(ticket), 'chat-1');
});

test('a ticket is refused after its time, on another node, after a restart and under another key', () => {
  assert.throws(() => verifyTicket(ticket, key, { ...here, nowMs: 2_000 }), refused);
  assert.throws(() => verifyTicket(ticket, key, { ...here, node: 'chat-2' }), refused);
  assert.throws(() => verifyTicket(ticket, key, { ...here, bootEpoch: claims.bootEpoch + 1 }), refused);
  assert.throws(() => verifyTicket(ticket, deriveTicketKey('another', 'chat-1', 1), here), refused);
});

test('no other text than the one that was signed is taken, so that one ticket has one spelling', () => {
  fc.assert(
    fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'ABCDwxyz0189_-.= '), (at, char) => {
      fc.pre(ticket[at] !== char);
      const altered = ticket.slice(0, at) + char + ticket.slice(at + 1);
      assert.throws(() => verifyTicket(altered, key, here), refused);
    }),
    { numRuns: 1_000 },
  );
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
    if (last === ticket.at(-1)) continue;
    assert.throws(() => verifyTicket(ticket.slice(0, -1) + last, key, here), refused);
  }
});
