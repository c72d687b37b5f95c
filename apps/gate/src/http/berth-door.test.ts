import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { BerthError } from '@berth/wire';
import { useGate } from '../fixtures/use-gate.ts';

const gate = useGate({
  ALLOWED_ORIGINS: 'https://chat.example.org',
  REQUESTS_PER_SESSION_MINUTE: '200',
  REQUESTS_PER_ADDRESS_MINUTE: '60',
});

interface Told {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Of one time, one connection, or one text. */
const passing = ['date', 'keep-alive', 'connection', 'content-length'];

function ask(path: string, headers: Record<string, string>, body: string | undefined): Promise<Told> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(gate.url);
    const request = httpRequest({ host, port, path, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (Number(response.headers['content-length']) !== Buffer.byteLength(text))
          reject(new Error('its length'));
        const told = Object.entries(response.headers).filter(([name]) => !passing.includes(name));
        const parsed = text === '' ? '' : JSON.parse(text);
        resolve({
          status: response.statusCode!,
          headers: Object.fromEntries(told) as Told['headers'],
          body: parsed,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The number of the ticket is another each time, and what is waited for shorter. */
const steady = ({ status, headers, body }: Told) => ({
  status,
  headers: { ...headers, ...(headers['retry-after'] && { 'retry-after': 'some' }) },
  body: JSON.parse(
    JSON.stringify(body)
      .replace(/(ticket-of-\d+)\.\d+/, '$1.n')
      .replace(/"retryAfterMs":\d+/, '"retryAfterMs":0'),
  ) as unknown,
});

/** By the short way, and by the chain: a query, even an empty one, is not what clients send. */
async function both(headers: Record<string, string>, body?: string): Promise<Told> {
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const [short, long] = [
    await ask('/v1/berths', { ...headers, ...length }, body),
    await ask('/v1/berths?', { ...headers, ...length }, body),
  ];
  const what = `${JSON.stringify(headers)} ${body?.slice(0, 40)}`;
  assert.deepEqual(steady(short), steady(long), what);
  return short;
}

test('the short way to a berth answers as the chain does, whatever is asked', async () => {
  const account = await gate.register('short');
  const {
    session: { token },
  } = await gate.logIn(account);
  let place = 0;
  const from = () => ({ 'x-forwarded-for': `198.51.100.${++place}` });
  const authorization = `Bearer ${token}`;
  const json = { authorization, 'content-type': 'application/json' };

  const plain = await both({ ...json, ...from() }, '{}');
  assert.equal(plain.status, 200);
  assert.match(plain.headers['content-security-policy']!, /default-src 'none'/);
  assert.equal(plain.headers['cache-control'], 'no-store');
  assert.equal((plain.body as { berth: { node: string } }).berth.node, 'chat-1');
  assert.equal((await both({ authorization, ...from() })).status, 200);

  const bodies: [number, string][] = [
    [200, '{"avoid":["chat-2"]}'],
    [200, ' \n{"avoid":[],"__proto__":{"isAdmin":true}}'],
    [200, '\ufeff{}'],
    [400, '{"avoid":"chat-2"}'],
    [400, '{"avoid":["UPPER"]}'],
    [400, '{"avoid":['],
    [400, '[]'],
    [400, 'null'],
    [400, '"text"'],
    [400, ' '],
    [400, '\ufffe{}'],
    [413, JSON.stringify({ avoid: ['x'.repeat(17_000)] })],
  ];
  for (const [status, body] of bodies)
    assert.equal((await both({ ...json, ...from() }, body)).status, status, body.slice(0, 40));
  for (const [status, type] of [
    [200, 'application/json; charset=utf-8'],
    [200, 'APPLICATION/JSON'],
    [400, 'application/json; charset=iso-8859-9'],
    [400, 'text/plain'],
  ] as const)
    assert.equal((await both({ authorization, 'content-type': type, ...from() }, '{}')).status, status, type);
  assert.equal((await both({ ...json, 'content-encoding': 'gzip', ...from() }, '{}')).status, 400);

  for (const [status, origin] of [
    [200, 'https://chat.example.org'],
    [200, gate.url],
    [403, 'https://evil.example.org'],
    [403, 'null'],
  ] as const)
    assert.equal((await both({ ...json, origin, ...from() }, '{}')).status, status, origin);
  const secure = await both({ ...json, 'x-forwarded-proto': 'https', ...from() }, '{}');
  assert.equal(secure.headers['strict-transport-security'], 'max-age=31536000');

  for (const wrong of [
    '',
    'Bearer',
    'Basic abc',
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    'Bearer a b',
  ])
    assert.equal(
      (await both({ 'content-type': 'application/json', authorization: wrong, ...from() }, '{}')).status,
      401,
    );

  for (const failure of [
    new BerthError('no_berth', undefined, { retryAfterMs: 900 }),
    new BerthError('unavailable'),
  ]) {
    gate.status.failure = failure;
    assert.equal((await both({ ...json, ...from() }, '{"avoid":["chat-9"]}')).status, 503, failure.code);
  }
  gate.status.failure = undefined;
});

test('guesses are counted by address, and requests by session, on the short way, too', async () => {
  const { token } = (await gate.logIn(await gate.register('often'))).session;
  const floods: [number, number, Record<string, string>][] = [
    [300, 401, { 'x-forwarded-for': '203.0.113.9:4711', authorization: 'Bearer berth1.a.b.c' }],
    [600, 200, { 'x-forwarded-for': '203.0.113.10', authorization: `Bearer ${token}` }],
  ];
  for (const [count, status, headers] of floods) {
    const ways = ['/v1/berths', '/v1/berths?'];
    const asked = Array.from({ length: count }, (_, index) => ask(ways[index % 2]!, headers, undefined));
    const answers = await Promise.all(asked);
    const limited = ways.map((_, way) =>
      answers.find((told, index) => told.status === 429 && index % 2 === way),
    );
    assert.ok(limited[0] && limited[1], `${count} of them`);
    assert.deepEqual(steady(limited[0]), steady(limited[1]));
    assert.ok(Number(limited[0].headers['retry-after']) >= 1);
    assert.ok(answers.some((told) => told.status === status));
  }
});

test('an ended session gets no berth on the short way, and requests on it are measured as any others', async () => {
  const {
    session: { token },
  } = await gate.logIn(await gate.register('ended'));
  const own = { 'x-forwarded-for': '203.0.113.11', authorization: `Bearer ${token}` };
  const counted = async () => {
    const text = await gate.metrics.registry.metrics();
    const labels = 'method="POST",route="/v1/berths",status="200"';
    return Number(
      text.match(new RegExp(`gate_http_request_seconds_count\\{.*${labels}.*\\} (\\d+)`))?.[1] ?? 0,
    );
  };
  const before = await counted();
  assert.equal((await ask('/v1/berths', own, undefined)).status, 200);
  await eventually('it is counted', async () => (await counted()) === before + 1);
  await gate.ask('DELETE', '/v1/sessions/current', undefined, { token });
  const refused = await both(own);
  assert.equal(refused.status, 401);
  assert.equal((refused.body as { error: { code: string } }).error.code, 'session_ended');
});

test('one who goes away before the rest of a body comes holds nothing', async () => {
  const {
    session: { token },
  } = await gate.logIn(await gate.register('gone'));
  const { hostname, port } = new URL(gate.url);
  const socket = connect(Number(port), hostname);
  const held = async () => {
    const text = await gate.metrics.registry.metrics();
    return Number(/^gate_kept\{what="requests".*\} (\d+)$/m.exec(text)?.[1]);
  };
  socket.write(
    `POST /v1/berths HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  );
  await eventually('it is waited for', async () => (await held()) === 1);
  socket.destroy();
  await eventually('nobody waits', async () => (await held()) === 0);
});
