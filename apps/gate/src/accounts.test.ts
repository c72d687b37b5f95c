import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
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

test('whether an address has an account shows in the mail alone: what verify is asked for, and how', async () => {
  const member = await gate.register('member');
  const ask = async (email: string, purpose: string) => {
    const answer = await gate.ask('POST', '/v1/codes', { email, purpose });
    const { deliver, hasAccount } = gate.verify.issued.at(-1)!;
    return { status: answer.status, body: answer.body, deliver, hasAccount };
  };
  const same = { status: 200, body: { resendAfterMs: 30_000, expiresInMs: 600_000 } };
  assert.deepEqual(await ask(member.email, 'register'), { ...same, deliver: true, hasAccount: true });
  assert.deepEqual(await ask('new@example.org', 'register'), { ...same, deliver: true, hasAccount: false });
  assert.deepEqual(await ask(member.email, 'reset'), { ...same, deliver: true, hasAccount: false });
  assert.deepEqual(await ask('new@example.org', 'reset'), { ...same, deliver: false, hasAccount: false });
});

test('a wrong password and an unknown account cost one hash each and get the same answer', async () => {
  const member = await gate.register('equal');
  const cost = async (email: string, password: string) => {
    const before = await gate.hashes();
    const answer = await gate.ask('POST', '/v1/sessions', { email, password });
    const { code, message } = answer.body.error;
    return { status: answer.status, code, message, hashes: (await gate.hashes()) - before };
  };
  const wrong = await cost(member.email, 'not-the-password');
  assert.equal(wrong.status, 401);
  assert.equal(wrong.code, 'bad_credentials');
  assert.equal(wrong.hashes, 1);
  assert.deepEqual(await cost('nobody@example.org', 'not-the-password'), wrong);
});

test('without a code nobody has a password hashed, or learns whether there is an account or a name', async () => {
  const member = await gate.register('costs');
  for (const email of [member.email, 'nobody-here@example.org']) {
    for (const [path, body] of [
      ['/v1/users', { email, code: '000000', name: 'free-name', password: 'Harbour-9-x' }],
      ['/v1/users', { email, code: '000000', name: member.name, password: 'Harbour-9-x' }],
      ['/v1/passwords', { email, code: '000000', password: 'Harbour-9-x' }],
    ] as const) {
      const before = await gate.hashes();
      const answer = await gate.ask('POST', path, body);
      assert.equal(answer.status, 422, path);
      assert.equal(answer.body.error.code, 'code_expired');
      assert.equal(await gate.hashes(), before);
    }
  }
});

test('what is wrong with a registration is said before its code is used', async () => {
  const taken = await gate.register('taken');
  const email = 'careful@example.org';
  await gate.ask('POST', '/v1/codes', { email, purpose: 'register' });
  const body = { email, code: gate.verify.code, name: 'careful', password: 'Harbour-light-9' };
  const before = gate.verify.redeemed;
  const refusals: [object, number, string][] = [
    [{ password: 'short' }, 422, 'password_refused'],
    [{ password: 'password1' }, 422, 'password_refused'],
    [{ password: 'Careful@Example.ORG' }, 422, 'password_refused'],
    [{ name: taken.name.toUpperCase() }, 409, 'name_taken'],
    [{ name: 'x' }, 400, 'bad_request'],
    [{ name: 'with space' }, 400, 'bad_request'],
    [{ name: 'ﷺﷺ' }, 400, 'bad_request'],
    [{ code: '12345' }, 400, 'bad_request'],
    [{ email: 'no address' }, 400, 'bad_request'],
    [{ nick: 'n'.repeat(65) }, 400, 'bad_request'],
  ];
  for (const [change, status, code] of refusals) {
    const answer = await gate.ask('POST', '/v1/users', { ...body, ...change });
    assert.equal(answer.status, status, JSON.stringify(change));
    assert.equal(answer.body.error.code, code);
    if (code !== 'name_taken') assert.deepEqual(Object.keys(answer.body.error.fields), Object.keys(change));
  }
  assert.equal(gate.verify.redeemed, before);
  assert.equal((await gate.ask('POST', '/v1/users', body)).status, 201);
});

test('a wrong code registers nobody, a used one neither', async () => {
  const email = 'codes@example.org';
  await gate.ask('POST', '/v1/codes', { email, purpose: 'register' });
  const body = { email, code: '000000', name: 'codes', password: 'Harbour-light-9' };
  assert.equal((await gate.ask('POST', '/v1/users', body)).body.error.code, 'code_wrong');
  assert.equal((await gate.ask('POST', '/v1/users', { ...body, code: gate.verify.code })).status, 201);
  const again = await gate.ask('POST', '/v1/users', { ...body, code: gate.verify.code, name: 'codes2' });
  assert.equal(again.body.error.code, 'code_expired');
});

test('a verify of the version before, which cannot look at a code, redeems it as it did', async () => {
  gate.verify.isEarlier = true;
  try {
    await gate.register('earlier');
    const body = {
      email: 'earlier@example.org',
      code: '000000',
      name: 'earlier',
      password: 'Harbour-light-9',
    };
    assert.equal((await gate.ask('POST', '/v1/users', body)).body.error.code, 'code_expired');
  } finally {
    gate.verify.isEarlier = false;
  }
});

test('of many registrations of one name at once one succeeds', async () => {
  const emails = Array.from({ length: 5 }, (_, index) => `race${index}@example.org`);
  for (const email of emails) await gate.ask('POST', '/v1/codes', { email, purpose: 'register' });
  const answers = await Promise.all(
    emails.map((email) =>
      gate.ask('POST', '/v1/users', {
        email,
        code: gate.verify.code,
        name: 'racer',
        password: 'Harbour-light-9',
      }),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  for (const { status, body } of answers) if (status !== 201) assert.equal(body.error.code, 'name_taken');
});

test('a code for registering resets no password, and the reverse', async () => {
  const member = await gate.register('purposes');
  await gate.ask('POST', '/v1/codes', { email: member.email, purpose: 'reset' });
  const name = 'purposes-other';
  const body = { email: member.email, code: gate.verify.code, password: 'Harbour-light-8' };
  assert.equal((await gate.ask('POST', '/v1/users', { ...body, name })).body.error.code, 'code_wrong');
  assert.equal((await gate.ask('POST', '/v1/passwords', body)).status, 200);
});

test('a password reset sets the password and ends every session, here and on the nodes', async () => {
  const member = await gate.register('resets');
  const { user, session } = await gate.logIn(member);
  // Its state is cached now.
  assert.equal((await gate.ask('POST', '/v1/berths', {}, { token: session.token })).status, 200);
  await gate.ask('POST', '/v1/codes', { email: member.email, purpose: 'reset' });
  const body = { email: member.email, code: gate.verify.code, password: 'Second-light-8' };
  assert.equal((await gate.ask('POST', '/v1/passwords', body)).status, 200);
  const { userId, generation, sessionIds } = gate.status.revoked.at(-1)!;
  assert.deepEqual({ userId, generation, sessionIds }, { userId: user.id, generation: 2, sessionIds: [] });
  const over = await gate.ask('POST', '/v1/berths', {}, { token: session.token });
  assert.equal(over.body.error.code, 'session_ended');
  const old = await gate.ask('POST', '/v1/sessions', { email: member.email, password: member.password });
  assert.equal(old.body.error.code, 'bad_credentials');
  const fresh = await gate.logIn({ ...member, password: 'Second-light-8' });
  assert.equal(gate.status.placed.at(-1)!.generation, 2);
  const { body: list } = await gate.ask('GET', '/v1/sessions', undefined, { token: fresh.session.token });
  assert.equal(list.sessions.length, 1);
});

test('passwords may hold any characters, and are the same however they were composed', async () => {
  const password = 'Straße ⚓ é 密码';
  const member = await gate.register('unicode', password.normalize('NFC'));
  await gate.logIn({ ...member, password: password.normalize('NFD') });
});

test('too many tries at one account from one place are refused, for known and unknown alike; others get in', async () => {
  const member = await gate.register('limited');
  for (const email of [member.email, 'limited-nobody@example.org']) {
    // All at once: a token comes back every six seconds.
    const answers = await Promise.all(
      Array.from({ length: 11 }, () =>
        gate.ask('POST', '/v1/sessions', { email, password: 'wrong-wrong' }, { from: '203.0.113.5' }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(
      statuses,
      [...Array(10).fill(401), 429],
      JSON.stringify(answers.map(({ body }) => body)),
    );
    const { body, headers } = refused[0]!;
    assert.equal(body.error.code, 'rate_limited');
    assert.equal(headers.get('retry-after'), String(Math.ceil(body.error.retryAfterMs / 1_000)));
  }
  await gate.logIn(member, { from: '203.0.113.6' });
});

test('neither passwords, codes nor tokens reach the log', async () => {
  const member = await gate.register('quiet', 'Quiet-harbour-5');
  const { session, berth } = await gate.logIn(member);
  await gate.ask('POST', '/v1/sessions', { email: member.email, password: 'Loud-harbour-6' });
  await gate.ask('POST', '/v1/sessions', '{"password": "Broken-harbour-7"');
  await gate.ask('POST', '/v1/berths', { avoid: 'Wrong-harbour-8' }, { token: session.token });
  const log = gate.lines.join('');
  assert.ok(log.includes('an account was made'));
  for (const secret of [
    gate.verify.code,
    session.token,
    berth.ticket,
    'harbour-5',
    'harbour-6',
    'harbour-7',
    'harbour-8',
  ])
    assert.ok(!log.includes(secret), secret);
});

test('what is no name of a node to avoid is refused, as the caller’s fault', async () => {
  const { session } = await gate.logIn(await gate.register('avoids'));
  for (const avoid of [
    ['no node'],
    ['-'],
    [''],
    ['chat_1'],
    ['x'.repeat(64)],
    [7],
    'chat-1',
    Array(17).fill('a'),
  ]) {
    const answer = await gate.ask('POST', '/v1/berths', { avoid }, { token: session.token });
    assert.equal(answer.status, 400, JSON.stringify(avoid));
    assert.match(Object.keys(answer.body.error.fields)[0]!, /^avoid/);
  }
});

test('a log-in whose client has gone is not worked off', async () => {
  const { email } = await gate.register('gone');
  const waiting = async (): Promise<number> =>
    Number(/^gate_hashes_waiting\{.*\} (\d+)$/m.exec(await gate.metrics.registry.metrics())![1]);
  const before = await gate.hashes();
  const placed = gate.status.placed.length;
  const leaving = new AbortController();
  const answers = Promise.allSettled(
    Array.from({ length: 60 }, (_, index) =>
      fetch(`${gate.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${index}` },
        body: JSON.stringify({
          email: index === 0 ? email : `gone${index}@example.org`,
          password: 'a-guess-1',
        }),
        signal: leaving.signal,
      }),
    ),
  );
  await eventually('they wait', async () => (await waiting()) > 0);
  leaving.abort();
  await answers;
  await eventually('nobody waits any more', async () => (await waiting()) === 0);
  assert.ok((await gate.hashes()) - before < 60, 'and not because all were done');
  assert.equal(gate.status.placed.length, placed);
});
