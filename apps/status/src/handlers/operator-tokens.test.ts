import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { eventually, useMysql, useRedis } from '@berth/fixtures';
import { FakeNode } from './fake-node.fixture.ts';
import { type RunningStatus, useStatus } from './status.fixture.ts';

const redis = useRedis();
const mysql = useMysql();
const startStatus = useStatus();
let status: RunningStatus;
let other: RunningStatus;
before(async () => {
  await Promise.all([redis.ready, mysql.ready]);
  // A node that has reported once is there for as long as a test takes.
  status = await startStatus(redis.url, { MYSQL_URL: mysql.url, LEASE_SECONDS: '60' });
  other = await startStatus(redis.url, { MYSQL_URL: mysql.url, LEASE_SECONDS: '60' });
  const node = new FakeNode('one');
  await node.register(status.client);
  const sequence = node.report({ connections: 1 });
  await eventually('it is there', () => node.acks.has(sequence));
});
beforeEach(() => mysql.db.run('DELETE FROM operator_tokens'));

type Answer = { status: number; body: Record<string, unknown> };
const post = (path: string, body: object, at = status) =>
  at.http(path, { method: 'POST', body: JSON.stringify(body) });
const as = (token: unknown, path: string, body?: object, at = status): Promise<Answer> =>
  at.http(path, {
    headers: { authorization: `Bearer ${token}` },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
const create = async (wish: object): Promise<Record<string, unknown>> => {
  const { status: code, body } = await post('/v1/operator-tokens', wish);
  assert.equal(code, 200, JSON.stringify(body));
  return body;
};
const errorOf = ({ status: code, body }: Answer) => {
  const { code: name, message } = body.error as { code: string; message: string };
  return `${code} ${name}: ${message}`;
};

test('a token may do what its scope says, and is told what it may not', async () => {
  const reader = await create({ name: 'grafana', scope: 'read' });
  const operator = await create({ name: 'ci', scope: 'operate' });
  assert.match(String(reader.token), /^berth_op_[0-9a-f]{12}_[\w-]{43}$/);
  assert.equal((await as(reader.token, '/v1/fleet')).status, 200);
  for (const path of ['/v1/fleet/plan', '/v1/fleet/history'])
    assert.equal((await as(reader.token, path)).status, 200);
  const drain = { node: 'one', order: 'cordon' };
  assert.equal(
    errorOf(await as(reader.token, '/v1/fleet/orders', drain)),
    '403 forbidden: The token grafana has the scope read; this needs the scope operate.',
  );
  assert.equal((await as(operator.token, '/v1/fleet/orders', drain)).status, 200);
  assert.equal((await as(operator.token, '/v1/fleet/orders', { ...drain, order: 'none' })).status, 200);
  const { body } = await as(operator.token, '/v1/operator');
  assert.deepEqual([body.name, body.scope], ['ci', 'operate']);
  for (const path of ['/v1/operator-tokens'])
    assert.match(errorOf(await as(operator.token, path)), /^403 forbidden: .*token of the installation/);
  assert.match(
    errorOf(await as(operator.token, '/v1/operator-tokens', { name: 'more', scope: 'read' })),
    /^403 forbidden/,
  );
});

test('a token that is revoked, expired or made up is refused at once, by every replica, and is told why', async () => {
  const revoked = await create({ name: 'gone', scope: 'operate' });
  assert.equal((await as(revoked.token, '/v1/fleet', undefined, other)).status, 200);
  assert.equal((await post('/v1/operator-tokens/revoke', { name: 'gone' })).status, 200);
  assert.equal(
    errorOf(await as(revoked.token, '/v1/fleet', undefined, other)),
    '401 unauthenticated: The operator’s token gone was revoked.',
  );
  const short = await create({ name: 'short', scope: 'read' });
  await mysql.db.run("UPDATE operator_tokens SET expires_at = 1 WHERE name = 'short'");
  assert.equal(
    errorOf(await as(short.token, '/v1/fleet')),
    '401 unauthenticated: The operator’s token short has expired.',
  );
  const forged = `${String(revoked.token).slice(0, -43)}${'A'.repeat(43)}`;
  for (const token of [forged, 'berth_op_000000000000_x', 'nothing', ''])
    assert.match(errorOf(await as(token, '/v1/fleet')), /^401 unauthenticated: (This is no|An) operator/);
});

test('while a rotation overlaps both secrets are good, then the new one alone', async () => {
  const { token: first } = await create({ name: 'ci', scope: 'operate' });
  const rotated = await post('/v1/operator-tokens/rotate', { name: 'ci', overlapSeconds: 600 });
  const second = rotated.body.token;
  assert.equal(rotated.status, 200);
  assert.equal((await as(first, '/v1/fleet')).status, 200);
  assert.equal((await as(second, '/v1/fleet')).status, 200);
  assert.match(
    errorOf(await as(first, '/v1/operator-tokens/rotate', {})),
    /^403 forbidden: This is an old secret/,
  );
  await mysql.db.run("UPDATE operator_tokens SET previous_until = 1 WHERE name = 'ci'");
  assert.match(
    errorOf(await as(first, '/v1/fleet')),
    /^401 unauthenticated: .* was rotated; this is an old one/,
  );
  assert.equal((await as(second, '/v1/fleet')).status, 200);
  const own = await as(second, '/v1/operator-tokens/rotate', { overlapSeconds: 0 });
  assert.match(errorOf(await as(second, '/v1/fleet')), /^401/, 'without an overlap it is over at once');
  assert.equal((await as(own.body.token, '/v1/fleet')).status, 200);
  await create({ name: 'else', scope: 'read' });
  assert.match(
    errorOf(await as(own.body.token, '/v1/operator-tokens/rotate', { name: 'else' })),
    /^403 forbidden: The token ci may change itself alone/,
  );
});

test('tokens are listed with their last use, and nothing that is kept lets anybody in', async () => {
  const { token } = await create({ name: 'ci', scope: 'operate', expiresInSeconds: 60 });
  assert.match(
    errorOf(await post('/v1/operator-tokens', { name: 'ci', scope: 'read' })),
    /^409 already_exists/,
  );
  const listed = async () => {
    const { body } = await status.http('/v1/operator-tokens');
    return (body.tokens as Record<string, unknown>[])[0]!;
  };
  assert.equal((await listed()).usedAt, null);
  await as(token, '/v1/fleet');
  const { name, scope, state, usedAt, createdAt, expiresAt, createdBy } = await listed();
  assert.deepEqual([name, scope, state, createdBy], ['ci', 'operate', 'live', 'root']);
  assert.ok(Number(usedAt) >= Number(createdAt));
  assert.equal(Number(expiresAt) - Number(createdAt), 60_000);
  const kept = JSON.stringify(await mysql.db.rows('SELECT * FROM operator_tokens'));
  assert.ok(!kept.includes(String(token).slice(-43)));
  await post('/v1/operator-tokens/revoke', { name: 'ci' });
  assert.equal((await listed()).state, 'revoked');
  await create({ name: 'ci', scope: 'read' });
  for (const [wish, why] of [
    [{ name: 'root', scope: 'read' }, /root/],
    [{ name: 'A b', scope: 'read' }, /name/],
    [{ name: 'x', scope: 'admin' }, /scope/],
    [{ name: 'x', scope: 'read', expiresInSeconds: 1e9 }, /expiresInSeconds/],
  ] as const)
    assert.match(errorOf(await post('/v1/operator-tokens', wish)), why);
  assert.match(errorOf(await post('/v1/operator-tokens/revoke', { name: 'nobody' })), /^404/);
});

test('every command leaves a line with who gave it, from where and what came of it; looking leaves none', async () => {
  const { token } = await create({ name: 'ci', scope: 'operate' });
  const reader = await create({ name: 'eyes', scope: 'read' });
  status.log.length = 0;
  await as(token, '/v1/fleet');
  await as(token, '/v1/fleet/orders', { node: 'one', order: 'none' });
  await as(token, '/v1/fleet/rebalance', {});
  await as(token, '/v1/fleet/orders', { node: 'nobody', order: 'drain' });
  await as(reader.token, '/v1/fleet/orders', { node: 'one', order: 'drain' });
  await post('/v1/operator-tokens/revoke', { name: 'eyes' });
  const lines = status.log.filter(({ audit }) => audit);
  assert.deepEqual(
    lines.map(({ operator, command, node, order, about, outcome }) =>
      [operator, command, node, order, about, outcome].filter((part) => part !== undefined).join(' '),
    ),
    [
      'ci order one none done',
      'ci rebalance done',
      'ci order nobody drain not_found',
      'eyes order forbidden',
      'root token revoke eyes done',
    ],
  );
  assert.ok(lines.every(({ from }) => /127\.0\.0\.1/.test(String(from))));
  assert.ok(!JSON.stringify(status.log).includes(String(token).slice(-43)));
});

test('without MySQL the token of the installation is good, and others are told to come again', async () => {
  const alone = await startStatus(redis.url, { MYSQL_URL: 'mysql://nobody:nothing@127.0.0.1:1/none' });
  assert.equal((await alone.http('/v1/fleet')).status, 200);
  const { token } = await create({ name: 'ci', scope: 'read' });
  assert.match(errorOf(await as(token, '/v1/fleet', undefined, alone)), /^503 unavailable/);
  const none = await startStatus(redis.url);
  assert.match(errorOf(await none.http('/v1/operator-tokens')), /^404 not_found: .*MYSQL_URL/);
});
