import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInviteToken, formatInviteToken, parseInviteToken } from './invite-token.ts';

test('a token tells who invites, and holds 128 random bits', () => {
  const { token, secret } = createInviteToken(0x7fff_ffff);
  assert.match(token, /^[\w-]{27}$/);
  assert.equal(secret.length, 16);
  assert.deepEqual(parseInviteToken(token), { user: 0x7fff_ffff, secret });
  assert.notEqual(createInviteToken(1).token, createInviteToken(1).token);
});

test('an invite has one spelling', () => {
  const token = formatInviteToken(7, Buffer.alloc(16));
  for (const other of [
    '',
    token.slice(1),
    `${token}A`,
    `${token}=`,
    `${token.slice(0, -1)}B`,
    token.replace('A', '+'),
  ])
    assert.equal(parseInviteToken(other), undefined, other);
});
