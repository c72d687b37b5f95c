import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGate } from './fixtures/use-gate.ts';

const gate = useGate();

test('someone registers by code, logs in, gets another berth and logs out', async () => {
  const email = 'ann@example.org';
  const asked = await gate.ask('POST', '/v1/codes', {
    email: 'Ann@Example.org',
    purpose: 'register',
    locale: 'zh-CN',
  });
  assert.equal(asked.status, 200);
  assert.deepEqual(asked.body, { resendAfterMs: 30_000, expiresInMs: 600_000 });
  assert.deepEqual(
    { ...gate.verify.issued.at(-1), source: '' },
    { email, purpose: 1, source: '', deliver: true, hasAccount: false, locale: 'zh-CN' },
  );
  const made = await gate.ask('POST', '/v1/users', {
    ...{
      email: 'ANN@example.org',
      code: gate.verify.code,
      name: 'Ann',
      nick: 'Annie',
      password: 'Harbour-light-9',
    },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.deepEqual(made.body, { user: { id: made.body.user.id, name: 'Ann', email } });

  const login = await gate.ask('POST', '/v1/sessions', {
    ...{ email: 'ann@EXAMPLE.org', password: 'Harbour-light-9', device: { class: 'web', name: 'Firefox' } },
  });
  assert.equal(login.status, 201, JSON.stringify(login.body));
  const { user, session, berth } = login.body;
  assert.deepEqual(user, { id: made.body.user.id, name: 'Ann', nick: 'Annie', email, icon: '' });
  assert.match(session.id, /^[0-9a-f]{32}$/);
  assert.ok(session.expiresAt > Date.now() && session.expiresAt <= Date.now() + 30 * 86_400_000);
  assert.deepEqual(
    { ...berth, ticket: '' },
    {
      node: 'chat-1',
      host: '192.0.2.10',
      port: 8090,
      url: 'ws://192.0.2.10:8091',
      ticket: '',
      expiresAt: 1_900_000_000_000,
    },
  );
  const placed = gate.status.placed.at(-1)!;
  assert.equal(placed.userId, user.id);
  assert.equal(placed.sessionId, session.id);
  assert.equal(placed.generation, 1);
  assert.equal(placed.deviceClass, 'web');

  const again = await gate.ask('POST', '/v1/berths', { avoid: ['chat-2'] }, { token: session.token });
  assert.equal(again.status, 200);
  assert.equal(again.body.berth.node, 'chat-1');
  assert.deepEqual(gate.status.placed.at(-1)!.avoid, ['chat-2']);
  assert.equal((await gate.ask('POST', '/v1/berths', undefined, { token: session.token })).status, 200);

  assert.equal(
    (await gate.ask('DELETE', '/v1/sessions/current', undefined, { token: session.token })).status,
    204,
  );
  assert.deepEqual(gate.status.revoked.at(-1)!.sessionIds, [session.id]);
  const over = await gate.ask('POST', '/v1/berths', {}, { token: session.token });
  assert.equal(over.status, 401);
  assert.equal(over.body.error.code, 'session_ended');
});
