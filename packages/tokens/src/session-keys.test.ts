import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSessionKey, SessionKeys } from './session-keys.ts';

const [older, newer] = [createSessionKey(), createSessionKey()];
const claims = { user: 7, session: 'ab'.repeat(16), deviceClass: 'web', generation: 1, expiresAt: 2_000 };
const refused = { code: 'unauthenticated' };

test('the first key signs and both verify while a rotation lasts', () => {
  const before = new SessionKeys(JSON.stringify({ keys: [older] }));
  const during = new SessionKeys(JSON.stringify({ keys: [newer, older] }));
  const after = new SessionKeys(JSON.stringify({ keys: [newer] }));
  assert.deepEqual(during.verify(before.sign(claims), 1_000), claims);
  assert.deepEqual(after.verify(during.sign(claims), 1_000), claims);
  assert.throws(() => after.verify(before.sign(claims), 1_000), refused);
});

test('a token is refused after its time', () => {
  const keys = new SessionKeys(JSON.stringify({ keys: [older] }));
  assert.throws(() => keys.verify(keys.sign(claims), 2_000), { code: 'session_ended' });
});

test('no other spelling of a signature is taken', () => {
  const keys = new SessionKeys(JSON.stringify({ keys: [older] }));
  const token = keys.sign(claims);
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
    if (last !== token.at(-1)) assert.throws(() => keys.verify(token.slice(0, -1) + last, 1_000), refused);
  }
});
