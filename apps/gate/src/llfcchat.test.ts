import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { BerthError } from '@berth/wire';
import { useGate } from './fixtures/use-gate.ts';

const gate = useGate();
const { askOld, xorPassword } = gate;

/** The body of a registration that works once its code was asked for. */
async function prepare(prefix: string) {
  const user = `${prefix}${randomBytes(3).toString('hex')}`;
  const email = `${user}@example.org`;
  const passwd = xorPassword('Secret-123');
  assert.equal((await askOld('/get_varifycode', { email })).body.error, 0);
  return {
    user,
    email,
    passwd,
    confirm: passwd,
    icon: ':/res/head_1.jpg',
    nick: user,
    sex: 0,
    varifycode: gate.verify.code,
  };
}

test('the four calls as the Qt client makes them', async () => {
  const body = await prepare('qt');
  const { user, email, passwd } = body;
  const made = await askOld('/user_register', body);
  assert.deepEqual(made.body, { error: 0, uid: made.body.uid, email, user, icon: ':/res/head_1.jpg' });
  assert.equal(typeof made.body.uid, 'number');

  const login = await askOld('/user_login', { email, passwd });
  assert.deepEqual(login.body, {
    error: 0,
    email,
    uid: made.body.uid,
    token:
      gate.status.placed.length > 0 ? `chat-1.ticket-of-${made.body.uid}.${gate.status.placed.length}` : '',
    host: '192.0.2.10',
    port: '8090',
    chathost: '192.0.2.10',
    chatport: '8090',
  });

  assert.deepEqual((await askOld('/get_varifycode', { email })).body, { error: 0, email });
  const fresh = xorPassword('Secret-456');
  const reset = await askOld('/reset_pwd', { user, email, passwd: fresh, varifycode: gate.verify.code });
  assert.deepEqual(reset.body, { error: 0, email, user });
  assert.equal((await askOld('/user_login', { email, passwd })).body.error, 1009);
  assert.equal((await askOld('/user_login', { email, passwd: fresh })).body.error, 0);
});

test('answers are 200, text/json, closed to other origins, and close the connection', async () => {
  for (const body of [{ email: 'head@example.org' }, {}]) {
    const { status, headers } = await askOld('/get_varifycode', body);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/json');
    assert.equal(headers.get('access-control-allow-origin'), null);
    assert.equal(headers.get('connection'), 'close');
  }
});

test('a page of another origin is refused, whatever it asks and however', async () => {
  for (const path of ['/get_varifycode', '/user_register', '/reset_pwd', '/user_login'])
    for (const origin of ['https://evil.example', 'null'])
      for (const method of ['POST', 'OPTIONS']) {
        const answer = await gate.ask(method, path, method === 'POST' ? {} : undefined, {
          headers: { origin },
        });
        assert.equal(answer.status, 403, `${method} ${path} ${origin}`);
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
      }
});

test('a body is JSON by its content type, too, when there is one', async () => {
  const typed = (type: string) =>
    askOld('/get_varifycode', { email: 'typed@example.org' }, { headers: { 'content-type': type } });
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON'])
    assert.deepEqual((await typed(type)).body, { error: 0, email: 'typed@example.org' }, type);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/html'])
    assert.deepEqual((await typed(type)).body, { error: 1001 }, type);
});

test('one password works in both dialects, whatever it consists of', async () => {
  for (const password of [
    'Secret-123',
    'pass"word\\\n',
    'Größe-密码-⚓',
    'x'.repeat(127),
    '\u0007\u0008-control-\u001f',
  ]) {
    const body = await prepare('both');
    const passwd = xorPassword(password);
    assert.equal(
      (await askOld('/user_register', { ...body, passwd, confirm: passwd })).body.error,
      0,
      password,
    );
    await gate.logIn({ email: body.email, password });
    assert.equal((await askOld('/user_login', { email: body.email, passwd })).body.error, 0, password);
    const wrong = await gate.ask('POST', '/v1/sessions', { email: body.email, password: passwd });
    assert.equal(wrong.status, 401);
  }
});

test('each refusal has the code that the old clients know', async () => {
  const known = await prepare('known');
  assert.equal((await askOld('/user_register', known)).body.error, 0);
  const body = await prepare('codes');
  const short = xorPassword('short');
  const weak = xorPassword('password1');
  const refusals: [string, string, object, number][] = [
    ['no JSON', '/user_register', { passwd: undefined }, 1001],
    ['a field of another type', '/user_register', { email: 7 }, 1001],
    ['no such address', '/user_register', { email: 'nowhere' }, 1001],
    ['passwords that differ', '/user_register', { confirm: 'other' }, 1006],
    ['a wrong code', '/user_register', { varifycode: '000000' }, 1004],
    ['no code at all', '/user_register', { varifycode: '' }, 1004],
    ['a password too short', '/user_register', { passwd: short, confirm: short }, 1009],
    ['a password too common', '/user_register', { passwd: weak, confirm: weak }, 1009],
    ['a name that is taken', '/user_register', { user: known.user }, 1005],
    ['no live code', '/user_register', { email: 'no-code@example.org' }, 1003],
    ['a reset with no live code', '/reset_pwd', { email: 'no-code@example.org' }, 1003],
    ['a reset with a wrong code', '/reset_pwd', { varifycode: '000000' }, 1004],
  ];
  for (const [what, path, change, error] of refusals) {
    const answer = await askOld(path, { ...body, ...change });
    assert.equal(answer.status, 200, what);
    assert.deepEqual(answer.body, { error }, what);
  }
  // The code is still there: none of these used it.
  assert.equal((await askOld('/user_register', body)).body.error, 0);
});

test('an address that has an account is told so only to who has its code', async () => {
  const body = await prepare('twice');
  assert.equal((await askOld('/user_register', body)).body.error, 0);
  const again = { ...body, user: `${body.user}-2` };
  assert.equal((await askOld('/user_register', again)).body.error, 1003);
  await askOld('/get_varifycode', { email: body.email });
  assert.equal((await askOld('/user_register', again)).body.error, 1005);
});

test('a reset names the account: another name, or an address without one, is 1007', async () => {
  const body = await prepare('named');
  const { user, email, passwd } = body;
  assert.equal((await askOld('/user_register', body)).body.error, 0);
  const code = { varifycode: gate.verify.code };
  await askOld('/get_varifycode', { email });
  assert.equal(
    (await askOld('/reset_pwd', { user: 'someone-else', email, passwd, ...code })).body.error,
    1007,
  );
  const stranger = 'stranger@example.org';
  await askOld('/get_varifycode', { email: stranger });
  assert.equal((await askOld('/reset_pwd', { user, email: stranger, passwd, ...code })).body.error, 1007);
  await askOld('/get_varifycode', { email });
  assert.equal(
    (await askOld('/reset_pwd', { user: user.toUpperCase(), email, passwd, ...code })).body.error,
    0,
  );
});

test('a bad log-in is 1009, known or not; too many, no berth and what is away are 1002', async () => {
  const body = await prepare('logins');
  const { email, passwd } = body;
  await askOld('/user_register', body);
  for (const address of [email, 'nobody@example.org']) {
    const before = await gate.hashes();
    assert.deepEqual((await askOld('/user_login', { email: address, passwd: 'x' })).body, { error: 1009 });
    assert.equal((await gate.hashes()) - before, 1);
  }
  for (const code of ['no_berth', 'unavailable'] as const) {
    gate.status.failure = new BerthError(code);
    assert.deepEqual((await askOld('/user_login', { email, passwd })).body, { error: 1002 });
  }
  gate.status.failure = undefined;
  gate.verify.failure = new BerthError('rate_limited', 'too many', { retryAfterMs: 1_000 });
  assert.deepEqual((await askOld('/get_varifycode', { email })).body, { error: 1002 });
  gate.verify.failure = undefined;
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => askOld('/user_login', { email, passwd: 'x' }, { from: '203.0.113.77' })),
  );
  const errors = answers.map((answer) => answer.body.error);
  assert.deepEqual(
    [errors.filter((error) => error === 1009).length, errors.filter((error) => error === 1002).length],
    [10, 2],
  );
});

test('bodies that are no JSON, no object or too large are 1001; other paths and methods are 404', async () => {
  for (const path of ['/get_varifycode', '/user_register', '/reset_pwd', '/user_login']) {
    for (const text of ['', '{"email":', '[]', 'null', '"x"', `{"email":"${'x'.repeat(20_000)}"}`]) {
      const answer = await gate.ask('POST', path, text);
      assert.equal(answer.status, 200, `${path} ${text.slice(0, 20)}`);
      assert.deepEqual(answer.body, { error: 1001 });
    }
    assert.equal((await gate.ask('GET', path)).status, 404);
  }
  for (const path of ['/get_test', '/test_procedure', '/user_logout', '/User_login'])
    assert.equal((await gate.ask('POST', path, {})).status, 404, path);
});

test('neither passwords nor codes are echoed or logged', async () => {
  const body = await prepare('echo');
  const texts = [
    await askOld('/user_register', body),
    await askOld('/user_login', { email: body.email, passwd: body.passwd }),
    await askOld('/user_login', { email: body.email, passwd: xorPassword('Wrong-Secret-9') }),
  ].map((answer) => JSON.stringify(answer.body));
  for (const text of [...texts, gate.lines.join('')]) {
    for (const secret of [body.passwd, 'Secret-123', 'Wrong-Secret-9', gate.verify.code])
      assert.ok(!text.includes(secret), secret);
  }
});
