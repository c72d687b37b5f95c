import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inviteLink, inviteOf } from './pending-invite.ts';

test('a link leads back to its invite, and nothing else is one', () => {
  const invite = 'AAAAB_cdefghijklmnopqrstuv-';
  assert.equal(inviteOf(inviteLink('https://chat.example.org/', invite)), invite);
  assert.equal(inviteOf(`${inviteLink('https://example.org/chat/', invite)}\n`), invite);
  for (const other of [
    '',
    invite,
    `#/invite/${invite}x`,
    '#/invite/short',
    'https://chat.example.org/#/chats/1',
  ])
    assert.equal(inviteOf(other), undefined, other);
});
