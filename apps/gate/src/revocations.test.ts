import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog, Metrics } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import { createGate } from './app.ts';
import { parseGateConfig } from './config.ts';
import { type Account, useGate } from './fixtures/use-gate.ts';

const gate = useGate({ LOGINS_PER_ACCOUNT_MINUTE: '1000' });

/** Another replica, as long as the test runs. */
async function withReplica<T>(run: (url: string, metrics: Metrics) => Promise<T>): Promise<T> {
  const metrics = new Metrics('gate');
  const replica = createGate(parseGateConfig(gate.environmentOf()), {
    log: createLog('gate', 'fatal'),
    metrics,
  });
  await replica.start();
  try {
    return await run(`http://127.0.0.1:${replica.ports.http}`, metrics);
  } finally {
    await replica.close();
  }
}

const kept = async (): Promise<number> =>
  (await gate.mysql.db.rows<{ id: number }>('SELECT id FROM revocations')).length;

const resetPassword = async ({ email }: Account) => {
  await gate.ask('POST', '/v1/codes', { email, purpose: 'reset' });
  return gate.ask('POST', '/v1/passwords', { email, code: gate.verify.code, password: 'Another-light-7' });
};

const timesRevoked = (session: string): number =>
  gate.status.revoked.filter(({ sessionIds }) => sessionIds.includes(session)).length;

test('a revocation is handed over once more, should Redis lose the first, and is then forgotten', async () => {
  const ann = await gate.register('twice');
  const { session } = await gate.logIn(ann);
  assert.equal(
    (await gate.ask('DELETE', '/v1/sessions/current', undefined, { token: session.token })).status,
    204,
  );
  assert.ok(timesRevoked(session.id) >= 1, 'before the answer');
  await eventually('it is forgotten', async () => (await kept()) === 0);
  assert.ok(timesRevoked(session.id) >= 2);
});

test('what a gate that ended could not hand over is handed over by another', async () => {
  const [ann, bob] = [await gate.register('left'), await gate.register('left-too')];
  const [anns, bobs] = [await gate.logIn(ann), await gate.logIn(bob)];
  gate.status.failure = new BerthError('unavailable');
  assert.equal((await resetPassword(ann)).status, 200);
  await withReplica(async (url) => {
    const { status } = await fetch(`${url}/v1/sessions/current`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${bobs.session.token}` },
    });
    assert.equal(status, 204);
  });
  assert.equal(await kept(), 2);
  gate.status.failure = undefined;
  await eventually('both are known', () =>
    [
      gate.status.revoked.some(({ userId, generation }) => userId === ann.id && generation === 2),
      timesRevoked(bobs.session.id) > 0,
    ].every(Boolean),
  );
  await eventually('nothing is left', async () => (await kept()) === 0);
  for (const { session } of [anns, bobs]) {
    const { body } = await gate.ask('POST', '/v1/berths', {}, { token: session.token });
    assert.equal(body.error.code, 'session_ended');
  }
});

test('a gate that starts finds what was left before it', async () => {
  const ann = await gate.register('found');
  const sessionIds = ['a'.repeat(32), 'b'.repeat(32)];
  await gate.mysql.db.run(
    `INSERT INTO revocations (user_id, generation, session_ids, reason, due_at, created_at)
     VALUES (?, 0, ?, 'ended-by-user', 1, UNIX_TIMESTAMP() * 1000)`,
    [ann.id, Buffer.from(sessionIds.join(''), 'hex')],
  );
  await eventually('the nodes are told', () => timesRevoked(sessionIds[1]!) > 0);
  const { id, ...told } = gate.status.revoked.find(({ userId }) => userId === ann.id)!;
  assert.deepEqual(told, { userId: ann.id, sessionIds, generation: 0, reason: 'ended-by-user' });
});

test('ending a session again revokes it again', async () => {
  const ann = await gate.register('asks-again');
  const [own, other] = [await gate.logIn(ann), await gate.logIn(ann)];
  const end = () =>
    gate.ask('DELETE', `/v1/sessions/${other.session.id}`, undefined, { token: own.session.token });
  assert.equal((await end()).status, 204);
  await eventually('it is forgotten', async () => (await kept()) === 0);
  const before = timesRevoked(other.session.id);
  assert.equal((await end()).status, 204);
  assert.ok(timesRevoked(other.session.id) > before);
});

test('a backlog is told to operators, and drains when status is back; what status will never take is dropped', async () => {
  const people = await Promise.all(['one', 'two', 'three'].map((name) => gate.register(name)));
  await eventually('nothing is left', async () => (await kept()) === 0);
  gate.status.failure = new BerthError('unavailable');
  for (const person of people) assert.equal((await resetPassword(person)).status, 200);
  // Waits before all of them, so that it must not hold them up.
  await gate.mysql.db.run(
    "INSERT INTO revocations (user_id, generation, session_ids, reason, due_at, created_at) VALUES (1, 0, '', 'none', 1, UNIX_TIMESTAMP() * 1000)",
  );
  await withReplica(async (_url, metrics) => {
    await eventually('it is counted', async () =>
      /^gate_revocations_pending\{[^}]*\} [34]$/m.test(await metrics.registry.metrics()),
    );
    gate.status.failure = new BerthError('bad_request');
    await eventually('it is dropped', async () => (await kept()) === 0);
    assert.match(
      await metrics.registry.metrics(),
      /gate_revocation_attempts_total\{outcome="(refused|failed)"/,
    );
  });
  gate.status.failure = undefined;
});

test('what is an hour old is given up, since nodes have found out by themselves', async () => {
  gate.status.failure = new BerthError('unavailable');
  await gate.mysql.db.run(
    "INSERT INTO revocations (user_id, generation, session_ids, reason, due_at, created_at) VALUES (1, 1, '', 'old', 1, UNIX_TIMESTAMP() * 1000 - 3700000)",
  );
  await withReplica(() => eventually('it is given up', async () => (await kept()) === 0));
  gate.status.failure = undefined;
});
