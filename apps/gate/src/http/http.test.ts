import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { useGate } from '../fixtures/use-gate.ts';

const gate = useGate({
  ALLOWED_ORIGINS: 'https://chat.example.org',
  CSP_CONNECT: 'wss://chat.example.org',
  REQUESTS_PER_ADDRESS_MINUTE: '50',
});
let place = 0;
/** A network of its own for each test, since requests are counted by it. */
const elsewhere = (): string => `198.51.100.${++place}`;

/** The path as it is: nothing tidies it up before it is sent. */
const askRaw = (method: string, path: string) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname: host, port } = new URL(gate.url);
    request({ host, port, method, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    })
      .on('error', reject)
      .end();
  });

const login = { email: 'nobody@example.org', password: 'not-the-password' };

test('a body that is wrong is refused with what is wrong with each field, and without its values', async () => {
  const from = elsewhere();
  const answer = await gate.ask(
    'POST',
    '/v1/users',
    { email: 'no address', code: 'secret-code', name: 'x', password: 7 },
    { from },
  );
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.code, 'bad_request');
  assert.deepEqual(Object.keys(answer.body.error.fields), ['email', 'code', 'name', 'password']);
  assert.equal(answer.body.error.fields.code, 'six digits');
  assert.match(answer.body.error.message, /code: six digits/);
  assert.ok(!JSON.stringify(answer.body).includes('secret-code'));
});

test('what is no JSON, not sent as JSON, or no object is refused', async () => {
  const from = elsewhere();
  const bodies: [string, string][] = [
    ['{"email":', 'application/json'],
    ['', 'application/json'],
    ['null', 'application/json'],
    ['[]', 'application/json'],
    ['"text"', 'application/json'],
    [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'application/json'],
    [JSON.stringify(login), 'text/plain'],
    ['email=a', 'application/x-www-form-urlencoded'],
    [JSON.stringify(login), 'application/json; charset=iso-8859-9'],
  ];
  for (const [body, type] of bodies) {
    const answer = await gate.ask('POST', '/v1/sessions', body, { from, headers: { 'content-type': type } });
    assert.equal(answer.status, 400, `${type} ${body.slice(0, 20)}`);
    assert.equal(answer.body.error.code, 'bad_request');
  }
});

test('a compressed body is refused: nobody unpacks what may be a bomb', async () => {
  const answer = await gate.ask('POST', '/v1/sessions', JSON.stringify(login), {
    from: elsewhere(),
    headers: { 'content-encoding': 'gzip' },
  });
  assert.equal(answer.status, 400);
});

test('more than 16 KiB is too large', async () => {
  const answer = await gate.ask(
    'POST',
    '/v1/sessions',
    { ...login, password: 'x'.repeat(17_000) },
    { from: elsewhere() },
  );
  assert.equal(answer.status, 413);
  assert.equal(answer.body.error.code, 'too_large');
});

test('names of prototypes in a body do no harm', async () => {
  const text =
    '{"email":"nobody@example.org","password":"not-the-password","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
  const answer = await gate.ask('POST', '/v1/sessions', text, { from: elsewhere() });
  assert.equal(answer.status, 401);
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
});

test('unknown paths are 404, other methods 405 with the ones allowed', async () => {
  for (const [method, path] of [
    ['GET', '/nowhere'],
    ['POST', '/v1/nothing'],
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['POST', '/V1/SESSIONS'],
    ['GET', '/%ff'],
    ['GET', '/v1/sessions/%E0%A4%A'],
  ] as const) {
    const answer = await gate.ask(method, path);
    assert.ok(
      answer.status === 404 || answer.status === 400 || answer.status === 405,
      `${method} ${path}: ${answer.status}`,
    );
    assert.ok(answer.body.error.code, path);
  }
  assert.equal((await gate.ask('POST', '/v1/nothing')).body.error.code, 'not_found');
  const wrong = await gate.ask('PUT', '/v1/sessions', {});
  assert.equal(wrong.status, 405);
  assert.equal(wrong.body.error.code, 'method_not_allowed');
  assert.equal(wrong.headers.get('allow'), 'POST, GET');
  assert.equal((await gate.ask('GET', '/v1/codes')).headers.get('allow'), 'POST');
});

test('requests are counted by network: an IPv6 line is one, and what a client says of itself does not count', async () => {
  const flood = (from: (index: number) => string) =>
    Promise.all(
      Array.from({ length: 60 }, (_, index) => gate.ask('POST', '/v1/berths', {}, { from: from(index) })),
    );
  for (const [what, from] of [
    ['one address', () => '203.0.113.1'],
    ['one IPv6 line', (index: number) => `2001:db8:5:5::${index.toString(16)}`],
    ['addresses made up before the real one', (index: number) => `203.0.113.${index + 50}, 203.0.113.2`],
  ] as const) {
    const limited = (await flood(from)).filter(({ status }) => status === 429);
    assert.ok(limited.length >= 1 && limited.length <= 10, `${what}: ${limited.length}`);
    assert.equal(limited[0]!.body.error.code, 'rate_limited');
    assert.ok(Number(limited[0]!.headers.get('retry-after')) >= 1);
  }
  assert.equal((await gate.ask('POST', '/v1/berths', {}, { from: elsewhere() })).status, 401);
});

test('ports that a proxy writes behind addresses do not count', async () => {
  const ask = (from: string) => gate.ask('POST', '/v1/berths', {}, { from });
  for (const address of ['203.0.113.77', '[2001:db8:7:7::1]']) {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => ask(`${address}:${50_000 + index}, 127.0.0.1:${index + 1}`)),
    );
    assert.ok(
      answers.some(({ status }) => status === 429),
      address,
    );
    assert.ok(
      answers.some(({ status }) => status === 401),
      address,
    );
  }
  assert.equal((await ask('203.0.113.78:50000')).status, 401, 'another address has a budget of its own');
});

test('headers of other applications, 15 KB of cookies, are no reason to refuse', async () => {
  const cookie = `sso=${'x'.repeat(15 * 1_024)}`;
  const { status } = await fetch(`${gate.url}/v1/platform`, { headers: { cookie } });
  assert.equal(status, 200);
});

test('browsers may call from gate’s own origin and the allowed ones, from no other', async () => {
  const ask = (origin: string, method = 'POST') =>
    gate.ask(method, '/v1/sessions', method === 'POST' ? login : undefined, {
      from: elsewhere(),
      headers: { origin },
    });
  assert.equal((await ask(gate.url)).status, 401);
  const allowed = await ask('https://chat.example.org');
  assert.equal(allowed.status, 401);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://chat.example.org');
  assert.match(allowed.headers.get('vary') ?? '', /Origin/);
  const preflight = await ask('https://chat.example.org', 'OPTIONS');
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization/);
  for (const origin of [
    'https://evil.example',
    'null',
    'http://chat.example.org',
    'https://chat.example.org.evil.example',
  ]) {
    const answer = await ask(origin);
    assert.equal(answer.status, 403, origin);
    assert.equal(answer.body.error.code, 'forbidden');
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal((await ask(origin, 'OPTIONS')).status, 403);
  }
});

test('every answer carries the security headers; the policy knows no inline code and no third party', async () => {
  for (const path of ['/docs', '/nowhere', '/v1/nothing']) {
    const { headers } = await gate.ask('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('x-powered-by'), null);
    const policy = headers.get('content-security-policy')!;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /connect-src 'self' wss:\/\/chat\.example\.org/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|http/);
  }
  const tls = await gate.ask('GET', '/docs', undefined, { headers: { 'x-forwarded-proto': 'https' } });
  assert.match(tls.headers.get('strict-transport-security') ?? '', /max-age=/);
});

test('nothing of the operators is at the public port, in whatever spelling', async () => {
  for (const path of ['healthz', 'readyz', 'metrics']) {
    assert.equal((await fetch(`${gate.opsUrl}/${path}`)).status, 200, path);
    for (const spelling of [
      path,
      path.toUpperCase(),
      `${path}/`,
      `${path}?x`,
      `/${path}`,
      `./${path}`,
      `v1/../${path}`,
      `%2e/${path}`,
      `%${path.charCodeAt(0).toString(16)}${path.slice(1)}`,
      `${path};x`,
    ]) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const { status, body } = await askRaw(method, `/${spelling}`);
        assert.equal(status, 404, `${method} /${spelling}`);
        assert.doesNotMatch(body, /gate_|"ready"|"ok"/);
      }
    }
  }
});

test('operators see requests by route, never by path', async () => {
  await gate.ask('GET', '/docs');
  await gate.ask('GET', '/some/secret/path');
  await gate.ask('DELETE', '/v1/sessions/0123', undefined, { from: elsewhere() });
  const metrics = await (await fetch(`${gate.opsUrl}/metrics`)).text();
  assert.match(metrics, /gate_http_request_seconds_count\{.*method="GET",route="\/docs",status="200"/);
  assert.match(metrics, /route="\/v1\/sessions\/:id",status="401"/);
  assert.match(metrics, /route="none",status="404"/);
  assert.match(metrics, /gate_hashes_waiting/);
  assert.ok(!metrics.includes('secret'));
});

test('headers that are too large or no HTTP at all end the connection, and gate lives on', async () => {
  const answers = await Promise.all(
    [
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(30_000)}\r\n\r\n`,
      '\u0016\u0003\u0001no http\r\n\r\n',
    ].map(
      (text) =>
        new Promise<string>((resolve) => {
          const socket = connect(Number(new URL(gate.url).port), '127.0.0.1', () => socket.write(text));
          let answer = '';
          socket.on('data', (chunk) => {
            answer += chunk;
          });
          socket.on('error', () => {});
          socket.on('close', () => resolve(answer));
        }),
    ),
  );
  assert.match(answers[0]!, /^HTTP\/1\.1 431 /);
  assert.match(answers[1]!, /^HTTP\/1\.1 400 /);
  assert.equal((await gate.ask('GET', '/docs')).status, 200);
});
