import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createSessionKey, publicSessionKeys, SessionKeys } from './session-keys.ts';

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

test('who has the public keys verifies and cannot sign', () => {
  const keys = new SessionKeys(JSON.stringify({ keys: [older] }));
  const content = publicSessionKeys(JSON.stringify({ keys: [newer, older] }));
  const verifier = new SessionKeys(content);
  assert.deepEqual(verifier.verify(keys.sign(claims), 1_000), claims);
  assert.throws(() => verifier.sign(claims), /sign nothing/);
  assert.doesNotMatch(content, /PRIVATE/);
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

test('a token that was verified before is still refused after its time, and is not changed by who got its claims', () => {
  const keys = new SessionKeys(JSON.stringify({ keys: [older] }));
  const token = keys.sign(claims);
  keys.verify(token, 1_000).user = 8;
  assert.deepEqual(keys.verify(token, 1_999), claims);
  assert.throws(() => keys.verify(token, 2_000), { code: 'session_ended' });
});

test('a token that was verified before is refused once its key is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-keys-'));
  const file = join(folder, 'keys.json');
  await writeFile(file, JSON.stringify({ keys: [older] }));
  const keys = SessionKeys.watch(file, { pollMs: 20 });
  try {
    const token = keys.sign(claims);
    assert.deepEqual(keys.verify(token, 1_000), claims);
    await writeFile(file, JSON.stringify({ keys: [newer] }));
    await eventually('the key is gone', () => {
      try {
        return !keys.verify(token, 1_000);
      } catch {
        return true;
      }
    });
  } finally {
    keys.close();
    await rm(folder, { recursive: true });
  }
});

test('a verification costs less the second time', () => {
  const keys = new SessionKeys(JSON.stringify({ keys: [older] }));
  const tokens = Array.from({ length: 200 }, (_, user) => keys.sign({ ...claims, user }));
  const timeOf = () => {
    const { user, system } = process.cpuUsage();
    for (const token of tokens) keys.verify(token, 1_000);
    const after = process.cpuUsage();
    return after.user + after.system - user - system;
  };
  const first = timeOf();
  assert.ok(timeOf() * 5 < first);
});
