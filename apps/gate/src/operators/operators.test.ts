import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { useGate } from '../fixtures/use-gate.ts';

/** As much of the operators' port of status as gate passes on to. */
const asked: string[] = [];
const status = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { authorization, cookie, 'x-forwarded-for': from } = request.headers;
  asked.push([request.method, request.url, authorization, from, cookie, body].filter(Boolean).join(' '));
  const isKnown = authorization === 'Bearer berth_op_known';
  response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(isKnown ? { ok: true } : { error: { code: 'unauthenticated', message: 'no' } }),
  );
});
const environment: Record<string, string> = { OPERATOR_REQUESTS_PER_ADDRESS_MINUTE: '20' };
before(async () => {
  status.listen(0, '127.0.0.1');
  await once(status, 'listening');
  environment.OPERATORS_URL = `http://127.0.0.1:${(status.address() as AddressInfo).port}`;
});
after(() => status.close());
const gate = useGate(environment);
const off = useGate();
before(() => Promise.all([gate.started, off.started]));
beforeEach(() => {
  asked.length = 0;
});

test('what the fleet page asks for is passed on with its token, and who asks is named', async () => {
  const from = '203.0.113.1';
  const {
    status: code,
    body,
    headers,
  } = await gate.ask('GET', '/operators/v1/fleet', undefined, {
    ...{ token: 'berth_op_known', from, headers: { cookie: 'a=b' } },
  });
  assert.deepEqual([code, body], [200, { ok: true }]);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.match(headers.get('content-security-policy')!, /default-src 'none'/);
  const order = { node: 'chat-1', order: 'drain' };
  await gate.ask('POST', '/operators/v1/fleet/orders', order, { token: 'berth_op_known', from });
  assert.deepEqual(asked, [
    'GET /v1/fleet Bearer berth_op_known 203.0.113.1',
    `POST /v1/fleet/orders Bearer berth_op_known 203.0.113.1 ${JSON.stringify(order)}`,
  ]);
});

test('without a token that has a name nothing is passed on, nor is anything else that status has', async () => {
  const from = '203.0.113.2';
  for (const token of [
    undefined,
    'the-secret-of-the-installation',
    `berth_op_${'x'.repeat(200)}`,
    'berth_op_a/b',
  ]) {
    const { status: code, body } = await gate.ask('GET', '/operators/v1/fleet', undefined, {
      ...(token !== undefined && { token }),
      from,
    });
    assert.deepEqual([code, body.error.code], [401, 'unauthenticated']);
  }
  for (const path of ['operator-tokens', 'operator-tokens/rotate', 'fleet/', '../metrics', 'metrics', 'x'])
    for (const method of ['GET', 'POST'])
      assert.equal(
        (
          await gate.ask(method, `/operators/v1/${path}`, method === 'POST' ? {} : undefined, {
            ...{ token: 'berth_op_known', from },
          })
        ).status,
        404,
        `${method} ${path}`,
      );
  assert.deepEqual(asked, []);
  const wrong = await gate.ask('GET', '/operators/v1/fleet', undefined, { token: 'berth_op_wrong', from });
  assert.deepEqual([wrong.status, wrong.body.error.code], [401, 'unauthenticated']);
});

test('other sites may not ask, and one network asks so often and no more', async () => {
  const from = '203.0.113.3';
  const elsewhere = await gate.ask('GET', '/operators/v1/fleet', undefined, {
    ...{ token: 'berth_op_known', from, headers: { origin: 'https://evil.example' } },
  });
  assert.equal(elsewhere.status, 403);
  const codes = new Map<number, number>();
  for (let count = 0; count < 25; count++) {
    const { status: code } = await gate.ask('GET', '/operators/v1/fleet', undefined, {
      token: 'berth_op_wrong',
      from,
    });
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  assert.ok((codes.get(429) ?? 0) >= 4, JSON.stringify([...codes]));
  assert.equal(
    (await gate.ask('GET', '/v1/platform', undefined, { from })).status,
    200,
    'a limit of its own',
  );
});

test('where it is not set there is no such path', async () => {
  const answer = await off.ask('GET', '/operators/v1/fleet', undefined, { token: 'berth_op_known' });
  assert.deepEqual([answer.status, answer.body.error.code], [404, 'not_found']);
});

test('with status away it says so', async () => {
  status.close();
  status.closeAllConnections();
  const answer = await gate.ask('GET', '/operators/v1/fleet', undefined, {
    ...{ token: 'berth_op_known', from: '203.0.113.4' },
  });
  assert.deepEqual([answer.status, answer.body.error.code], [503, 'unavailable']);
});
