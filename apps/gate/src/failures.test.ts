import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import { createGate } from './app.ts';
import { parseGateConfig } from './config.ts';
import { useGate } from './fixtures/use-gate.ts';

const gate = useGate({ LOGINS_PER_ACCOUNT_MINUTE: '1000', HASH_QUEUE: '2', HASH_CONCURRENCY: '1' });

const isUnavailable = (
  answer: { status: number; headers: Headers; body: { error: { code: string; retryAfterMs: number } } },
  code = 'unavailable',
) => {
  assert.equal(answer.status, 503);
  assert.equal(answer.body.error.code, code);
  assert.ok(answer.body.error.retryAfterMs > 0);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
};

test('with nobody free the answer is no_berth with the delay that status tells, and no session is stored', async () => {
  const ann = await gate.register('nobody-free');
  gate.status.failure = new BerthError('no_berth', undefined, { retryAfterMs: 2_500 });
  const answer = await gate.ask('POST', '/v1/sessions', ann);
  gate.status.failure = undefined;
  isUnavailable(answer, 'no_berth');
  assert.equal(answer.body.error.retryAfterMs, 2_500);
  assert.equal(answer.headers.get('retry-after'), '3');
  const { session } = await gate.logIn(ann);
  const { body } = await gate.ask('GET', '/v1/sessions', undefined, { token: session.token });
  assert.equal(body.sessions.length, 1);
});

test('a client that avoids the only node gets it in the end', async () => {
  const ann = await gate.register('avoids');
  const { session } = await gate.logIn(ann);
  gate.status.failsOnAvoid = true;
  gate.status.failure = new BerthError('no_berth', undefined, { retryAfterMs: 1_000 });
  const answer = await gate.ask('POST', '/v1/berths', { avoid: ['chat-1'] }, { token: session.token });
  gate.status.failure = undefined;
  gate.status.failsOnAvoid = false;
  assert.equal(answer.status, 200);
  assert.equal(answer.body.berth.node, 'chat-1');
});

test('with status away log-ins are unavailable; registering and logging out go on', async () => {
  const ann = await gate.register('status-away');
  const { session } = await gate.logIn(ann);
  await gate.status.stop();
  try {
    isUnavailable(await gate.ask('POST', '/v1/sessions', ann));
    isUnavailable(await gate.ask('POST', '/v1/berths', {}, { token: session.token }));
    await gate.register('meanwhile');
    assert.equal(
      (await gate.ask('DELETE', '/v1/sessions/current', undefined, { token: session.token })).status,
      204,
    );
    const { status, failed } = await gate.ready();
    assert.equal(status, 200, 'gate still answers what it can');
    assert.deepEqual(Object.keys(failed), ['status']);
  } finally {
    await gate.status.start();
  }
  await eventually(
    'log-ins work again',
    async () => (await gate.ask('POST', '/v1/sessions', ann)).status === 201,
  );
  assert.match(
    await gate.metrics.registry.metrics(),
    /gate_calls_failed_total\{service="status",method="place",code="unavailable"/,
  );
});

test('a status that does not answer is given up in time', async () => {
  const ann = await gate.register('mute');
  gate.status.isMute = true;
  try {
    isUnavailable(await gate.ask('POST', '/v1/sessions', ann));
  } finally {
    gate.status.isMute = false;
  }
});

test('with verify away codes are unavailable, and log-ins go on', async () => {
  const ann = await gate.register('verify-away');
  await gate.verify.stop();
  try {
    for (const email of [ann.email, 'nobody@example.org'])
      isUnavailable(await gate.ask('POST', '/v1/codes', { email, purpose: 'reset' }));
    await gate.logIn(ann);
  } finally {
    await gate.verify.start();
  }
  await eventually(
    'codes are sent again',
    async () => (await gate.ask('POST', '/v1/codes', { email: ann.email, purpose: 'reset' })).status === 200,
  );
});

test('verify’s budgets are told as they are', async () => {
  gate.verify.failure = new BerthError('rate_limited', 'Too many codes were asked for; try again later.', {
    retryAfterMs: 90_000,
  });
  const answer = await gate.ask('POST', '/v1/codes', { email: 'limited@example.org', purpose: 'register' });
  gate.verify.failure = undefined;
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('retry-after'), '90');
  assert.match(answer.body.error.message, /Too many codes/);
});

test('with MySQL away accounts are unavailable, and gate says so at once', async () => {
  const ann = await gate.register('mysql-away');
  await gate.mysqlRelay.cut();
  try {
    isUnavailable(await gate.ask('POST', '/v1/sessions', ann));
    isUnavailable(await gate.ask('POST', '/v1/codes', { email: ann.email, purpose: 'reset' }));
    assert.deepEqual((await gate.ready()).failed, { mysql: 'does not answer' });
  } finally {
    await gate.mysqlRelay.start();
  }
  await eventually(
    'log-ins work again',
    async () => (await gate.ask('POST', '/v1/sessions', ann)).status === 201,
  );
});

for (const [what, refuse] of [
  ['its password is changed', "ALTER USER renewed IDENTIFIED BY 'second'"],
  ['its account is locked', 'ALTER USER renewed ACCOUNT LOCK'],
  ['its password has expired', 'ALTER USER renewed PASSWORD EXPIRE'],
  ['its database is no longer its own', "DELETE FROM mysql.db WHERE User = 'renewed'"],
] as const)
  test(`while MySQL lets gate in no more (${what}) accounts are unavailable, and nothing is a fault of ours`, async () => {
    const { db } = gate.mysql;
    const database = new URL(gate.mysql.url).pathname.slice(1);
    await db.run("CREATE USER renewed IDENTIFIED BY 'first'");
    // The tests' own user may grant nothing.
    await db.run(
      `INSERT INTO mysql.db (Host, Db, User, Select_priv, Insert_priv, Update_priv, Delete_priv)
       VALUES ('%', '${database}', 'renewed', 'Y', 'Y', 'Y', 'Y')`,
    );
    await db.run('FLUSH PRIVILEGES');
    const url = new URL(gate.mysql.url);
    Object.assign(url, { username: 'renewed', password: 'first' });
    const log = createLog('gate', 'silent');
    const second = createGate(parseGateConfig({ ...gate.environmentOf(), MYSQL_URL: url.href }), { log });
    await second.start();
    try {
      const ask = async () => {
        const response = await fetch(`http://127.0.0.1:${second.ports.http}/v1/sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'somebody@example.org', password: 'Harbour-light-9' }),
        });
        const { status, headers } = response;
        return {
          status,
          headers,
          body: (await response.json()) as { error: { code: string; retryAfterMs: number } },
        };
      };
      assert.equal((await ask()).status, 401);
      await db.run(refuse);
      await db.run('FLUSH PRIVILEGES');
      const killed = await db.rows<{ id: number }>(
        "SELECT id FROM information_schema.processlist WHERE user = 'renewed'",
      );
      for (const { id } of killed) await db.run(`KILL ${id}`).catch(() => {});
      for (let asked = 0; asked < 6; asked++) isUnavailable(await ask());
    } finally {
      await second.close();
      await db.run('DROP USER renewed');
    }
  });

test('with Redis away people log in, limits are kept by each replica, and readiness says why', async () => {
  const ann = await gate.register('redis-away');
  gate.store.server.signal('SIGSTOP');
  try {
    await gate.logIn(ann);
    const { status, failed } = await gate.ready();
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(failed), ['redis']);
  } finally {
    gate.store.server.signal('SIGCONT');
  }
  await eventually('all is well', async () => Object.keys((await gate.ready()).failed).length === 0);
});

test('a flood of log-ins is refused beyond the queue, while everything else is answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      gate.ask('POST', '/v1/sessions', { email: `flood${index}@example.org`, password: 'some-password' }),
    ),
  );
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0 && refused.length < 20, String(refused.length));
  for (const answer of refused) isUnavailable(answer);
  for (const { status } of answers) assert.ok(status === 401 || status === 503, String(status));
  assert.equal((await gate.ask('GET', '/docs')).status, 200);
});

test('gate is not ready before everything was there once, and not while it closes', async () => {
  await gate.status.stop();
  const log = createLog('gate', 'fatal');
  const fresh = createGate(parseGateConfig(gate.environmentOf()), { log });
  try {
    await fresh.start();
    const ready = () => fetch(`http://127.0.0.1:${fresh.ports.ops}/readyz`);
    const first = await ready();
    assert.equal(first.status, 503);
    assert.deepEqual(Object.keys(((await first.json()) as { failed: object }).failed), ['status']);
    await gate.status.start();
    await eventually('it is ready', async () => (await ready()).status === 200);
  } finally {
    await fresh.close();
  }
});

test('a close lets requests in flight end', async () => {
  const ann = await gate.register('closing');
  const fresh = createGate(parseGateConfig(gate.environmentOf()), { log: createLog('gate', 'fatal') });
  await fresh.start();
  const url = `http://127.0.0.1:${fresh.ports.http}`;
  const askedBefore = gate.status.asked;
  gate.status.isMute = true;
  const answer = fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ann.email, password: ann.password }),
  });
  await eventually('the log-in is under way', () => gate.status.asked > askedBefore);
  const closed = fresh.close();
  gate.status.isMute = false;
  const { status, headers } = await answer;
  assert.equal(status, 201);
  assert.equal(headers.get('connection'), 'close');
  await closed;
  await assert.rejects(fetch(`${url}/docs`));
});
