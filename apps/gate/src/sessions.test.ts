import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createSessionKey, SessionKeys } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import { useGate } from './fixtures/use-gate.ts';
import { maxSessionsPerUser } from './sessions/session-store.ts';

const gate = useGate({ LOGINS_PER_ACCOUNT_MINUTE: '1000' });

const codeOf = ({ body }: { body: { error?: { code: string } } }): string | undefined => body.error?.code;

test('one sees one’s own live sessions, the newest first, and which one asks', async () => {
  const ann = await gate.register('lists');
  const other = await gate.register('other');
  await gate.logIn(other);
  const first = await gate.logIn(ann, { device: { class: 'web', name: 'Firefox' } });
  const second = await gate.logIn(ann, { device: { class: 'phone' } });
  const { body, headers } = await gate.ask('GET', '/v1/sessions', undefined, { token: first.session.token });
  assert.deepEqual(
    body.sessions.map((entry: { id: string; deviceClass: string; deviceName: string; current: boolean }) => [
      entry.id,
      entry.deviceClass,
      entry.deviceName,
      entry.current,
    ]),
    [
      [second.session.id, 'phone', '', false],
      [first.session.id, 'web', 'Firefox', true],
    ],
  );
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('one ends another session of one’s own, and only of one’s own', async () => {
  const ann = await gate.register('ends');
  const bob = await gate.register('ends-not');
  const [laptop, phone, bobs] = [await gate.logIn(ann), await gate.logIn(ann), await gate.logIn(bob)];
  const { token } = laptop.session;
  const end = (id: string) => gate.ask('DELETE', `/v1/sessions/${id}`, undefined, { token });
  assert.equal((await end(bobs.session.id)).status, 404);
  assert.equal((await end('no-id')).status, 404);
  assert.equal((await end(phone.session.id)).status, 204);
  assert.deepEqual(gate.status.revoked.at(-1)!.sessionIds, [phone.session.id]);
  assert.equal(gate.status.revoked.at(-1)!.userId, ann.id);
  assert.equal((await end(phone.session.id)).status, 204, 'it has ended');
  assert.equal(
    codeOf(await gate.ask('POST', '/v1/berths', {}, { token: phone.session.token })),
    'session_ended',
  );
  assert.equal((await gate.ask('POST', '/v1/berths', {}, { token: bobs.session.token })).status, 200);
});

test('tokens that are forged, foreign, expired or missing are refused', async () => {
  const ann = await gate.register('forged');
  const { session, user } = await gate.logIn(ann);
  const claims = { user: user.id, session: session.id, deviceClass: 'web', generation: 1 };
  const keys = new SessionKeys(gate.keys);
  const foreign = new SessionKeys(JSON.stringify({ keys: [createSessionKey()] }));
  const expiresAt = Date.now() + 60_000;
  const refused: Record<string, [token: string | undefined, code: string]> = {
    missing: [undefined, 'unauthenticated'],
    garbage: ['garbage', 'unauthenticated'],
    altered: [session.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'unauthenticated'],
    'signed by another key': [foreign.sign({ ...claims, expiresAt }), 'unauthenticated'],
    expired: [keys.sign({ ...claims, expiresAt: Date.now() - 1 }), 'session_ended'],
    'of a session that never was': [
      keys.sign({ ...claims, session: '0'.repeat(32), expiresAt }),
      'session_ended',
    ],
    'of another user': [keys.sign({ ...claims, user: user.id + 1_000_000, expiresAt }), 'session_ended'],
    'of an old generation': [keys.sign({ ...claims, generation: 0, expiresAt }), 'session_ended'],
  };
  for (const [what, [token, code]] of Object.entries(refused)) {
    for (const [method, path] of [
      ['POST', '/v1/berths'],
      ['GET', '/v1/sessions'],
      ['DELETE', '/v1/sessions/current'],
    ] as const) {
      const answer = await gate.ask(method, path, undefined, token === undefined ? {} : { token });
      assert.equal(answer.status, 401, `${what}: ${method} ${path}`);
      assert.equal(codeOf(answer), code, what);
    }
  }
  assert.equal(
    (await gate.ask('POST', '/v1/berths', {}, { token: keys.sign({ ...claims, expiresAt }) })).status,
    200,
  );
});

test('a berth needs no MySQL once the session is known', async () => {
  const ann = await gate.register('cached');
  const { token } = (await gate.logIn(ann)).session;
  assert.equal((await gate.ask('POST', '/v1/berths', {}, { token })).status, 200);
  await eventually(
    'it is cached',
    async () => (await gate.store.redis.keys(`gate:{user:${ann.id}}:session:*`)).length > 0,
  );
  await gate.mysqlRelay.cut();
  try {
    assert.equal((await gate.ask('POST', '/v1/berths', {}, { token })).status, 200);
    const unknown = await gate.ask('GET', '/v1/sessions', undefined, { token });
    assert.equal(codeOf(unknown), 'unavailable');
    assert.ok(unknown.body.error.retryAfterMs > 0);
  } finally {
    await gate.mysqlRelay.start();
  }
  await eventually(
    'MySQL is used again',
    async () => (await gate.ask('GET', '/v1/sessions', undefined, { token })).status === 200,
  );
});

test('without Redis MySQL tells; with neither the answer is unavailable, and soon', async () => {
  const ann = await gate.register('fallback');
  const { token } = (await gate.logIn(ann)).session;
  const berth = () => gate.ask('POST', '/v1/berths', {}, { token });
  gate.store.server.signal('SIGSTOP');
  try {
    assert.equal((await berth()).status, 200);
    gate.mysqlRelay.hang(true);
    const answers = await Promise.all(Array.from({ length: 20 }, berth));
    for (const answer of answers) {
      assert.equal(answer.status, 503);
      assert.equal(codeOf(answer), 'unavailable');
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    }
  } finally {
    gate.mysqlRelay.hang(false);
    gate.store.server.signal('SIGCONT');
  }
  // MySQL alone would do for an answer, and what was on its way to Redis comes there late: what is cached anew tells that it is used again.
  const { redis } = gate.store;
  const cached = () => redis.keys(`gate:{user:${ann.id}}:session:*`);
  for (const key of await cached()) await redis.del(key);
  await eventually(
    'both are back',
    async () => (await berth()).status === 200 && (await cached()).length > 0,
  );
});

test('what is learnt late from MySQL does not bring an ended session back', async () => {
  const ann = await gate.register('late');
  const { session } = await gate.logIn(ann);
  await gate.ask('DELETE', '/v1/sessions/current', undefined, { token: session.token });
  const { redis } = gate.store;
  const key = `gate:{user:${ann.id}}:session:${session.id}`;
  assert.equal(await redis.get(key), 'ended');
  await redis.set(`gate:{user:${ann.id}}:generation`, '1');
  assert.equal(codeOf(await gate.ask('POST', '/v1/berths', {}, { token: session.token })), 'session_ended');
  await redis.del(key);
  assert.equal(
    codeOf(await gate.ask('POST', '/v1/berths', {}, { token: session.token })),
    'session_ended',
    'MySQL knows',
  );
});

test('a revocation that status did not get is sent again', async () => {
  const ann = await gate.register('again');
  const { session } = await gate.logIn(ann);
  gate.status.failure = new BerthError('unavailable');
  const over = await gate.ask('DELETE', '/v1/sessions/current', undefined, { token: session.token });
  assert.equal(over.status, 204);
  assert.ok(!gate.status.revoked.some(({ sessionIds }) => sessionIds.includes(session.id)));
  gate.status.failure = undefined;
  await eventually('the nodes are told', () =>
    gate.status.revoked.some(({ sessionIds }) => sessionIds.includes(session.id)),
  );
});

test('when a session was used last is noted', async () => {
  const ann = await gate.register('seen');
  const { session } = await gate.logIn(ann);
  await gate.mysql.db.run('UPDATE sessions SET last_seen_at = 1000 WHERE user_id = ?', [ann.id]);
  await gate.ask('POST', '/v1/berths', {}, { token: session.token });
  await eventually('it is noted', async () => {
    const { body } = await gate.ask('GET', '/v1/sessions', undefined, { token: session.token });
    return body.sessions[0].lastSeenAt > 1_000;
  });
});

test('beyond so many sessions the oldest end', async () => {
  const ann = await gate.register('many');
  const { session: oldest } = await gate.logIn(ann);
  const now = Date.now();
  for (let index = 1; index < maxSessionsPerUser; index++) {
    await gate.mysql.db.run(
      `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at) VALUES (?, ?, 1, 'web', ?, ?, ?)`,
      [ann.id, Buffer.from(index.toString(16).padStart(32, '0'), 'hex'), now + index, now, now + 60_000],
    );
  }
  assert.equal((await gate.ask('POST', '/v1/berths', {}, { token: oldest.token })).status, 200);
  await gate.mysql.db.run('UPDATE sessions SET created_at = created_at - 600000 WHERE user_id = ?', [ann.id]);
  await gate.logIn(ann);
  await eventually('the oldest has ended', async () => {
    const answer = await gate.ask('POST', '/v1/berths', {}, { token: oldest.token });
    return codeOf(answer) === 'session_ended';
  });
});
