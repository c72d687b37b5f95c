import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createInviteToken, parseInviteToken } from '@berth/tokens';
import { useGate } from './fixtures/use-gate.ts';

const gate = useGate();
const off = useGate({ INVITES: 'false' });

/** An invite, as a chat node makes one. */
async function invite(user: number, { maxUses = 1, expiresAt = Date.now() + 60_000 } = {}): Promise<string> {
  const { token, secret } = createInviteToken(user);
  await gate.mysql.db.run(
    'INSERT INTO invites (user_id, secret, max_uses, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    [user, secret, maxUses, Date.now(), expiresAt],
  );
  return token;
}

const preview = (token: string) => gate.ask('POST', '/v1/invites/preview', { invite: token });

async function registerBy(token: string, name = `guest-${randomBytes(4).toString('hex')}`) {
  const email = `${name}@example.org`;
  await gate.ask('POST', '/v1/codes', { email, purpose: 'register' });
  const account = { email, code: gate.verify.code, name, password: 'Harbour-light-9', invite: token };
  return gate.ask('POST', '/v1/users', account);
}

const uses = (token: string) =>
  gate.mysql.db.rows<{ user_id: number }>('SELECT user_id FROM invite_uses WHERE secret = ?', [
    parseInviteToken(token)!.secret,
  ]);

test('an invite tells anyone who invites, by no more than name and picture, and is no worse for it', async () => {
  const ann = await gate.register('ann');
  const token = await invite(ann.id);
  for (let look = 0; look < 3; look++) {
    const { status, body } = await preview(token);
    assert.equal(status, 200);
    assert.deepEqual(body.user, { id: ann.id, name: ann.name, nick: ann.name, icon: '' });
  }
  assert.deepEqual(await uses(token), []);
});

test('who registers by an invite takes a use of it with the account', async () => {
  const ann = await gate.register('ann');
  const token = await invite(ann.id);
  const { status, body } = await registerBy(token);
  assert.equal(status, 201);
  assert.deepEqual(
    (await uses(token)).map(({ user_id }) => user_id),
    [body.user.id],
  );
  assert.equal((await preview(token)).body.error.code, 'invite_used_up');
});

test('what is no longer good is said by name, before the code of the mail is used', async () => {
  const ann = await gate.register('ann');
  const revoked = await invite(ann.id);
  await gate.mysql.db.run('UPDATE invites SET revoked_at = 1 WHERE secret = ?', [
    parseInviteToken(revoked)!.secret,
  ]);
  const expired = await invite(ann.id, { expiresAt: Date.now() - 1 });
  const usedUp = await invite(ann.id, { maxUses: 0 });
  const unknown = createInviteToken(ann.id).token;
  for (const [token, code, status] of [
    [revoked, 'invite_revoked', 422],
    [expired, 'invite_expired', 422],
    [usedUp, 'invite_used_up', 422],
    [unknown, 'not_found', 404],
    ['x', 'bad_request', 400],
  ] as const) {
    const redeemed = gate.verify.redeemed;
    for (const answer of [await preview(token), await registerBy(token)]) {
      assert.equal(answer.status, status, code);
      assert.equal(answer.body.error.code, code);
    }
    assert.equal(gate.verify.redeemed, redeemed, code);
  }
});

test('of many who register by one invite at once so many succeed as it has uses, and the others have no account', async () => {
  const ann = await gate.register('ann');
  const token = await invite(ann.id, { maxUses: 2 });
  const names = Array.from({ length: 5 }, () => `many-${randomBytes(4).toString('hex')}`);
  const answers = await Promise.all(names.map((name) => registerBy(token, name)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 2);
  const made = await gate.mysql.db.rows('SELECT id FROM users WHERE name_key LIKE ?', ['many-%']);
  assert.equal(made.length, 2);
  assert.equal((await uses(token)).length, 2);
});

test('where invites are switched off there is none to look at or to register by, and the platform says so', async () => {
  assert.equal((await gate.ask('GET', '/v1/platform')).body.invites, true);
  assert.equal((await off.ask('GET', '/v1/platform')).body.invites, false);
  const { token } = createInviteToken(1);
  assert.equal((await off.ask('POST', '/v1/invites/preview', { invite: token })).status, 403);
});
