import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { beforeAll, eventually, useMailServer, useMysql, useRedis } from '@berth/fixtures';
import { createGate, type Gate } from '@berth/gate/app';
import { parseGateConfig } from '@berth/gate/config';
import { createLog } from '@berth/telemetry';
import { createSessionKey, SessionKeys } from '@berth/tokens';
import { createVerify, type Verify } from '@berth/verify/app';
import { parseVerifyConfig } from '@berth/verify/config';

/** Accounts on a Redis Cluster, which refuses scripts whose keys lie in more than one slot. */
let verify: Verify | undefined;
let gate: Gate | undefined;
const folder = mkdtempSync(join(tmpdir(), 'berth-cluster-'));
after(async () => {
  await gate?.close();
  await verify?.close();
});
const mysql = useMysql();
const store = useRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--dir', folder]);
const mail = useMailServer();
after(() => rmSync(folder, { recursive: true, force: true }));
const lines: string[] = [];
const sessionKeys = JSON.stringify({ keys: [createSessionKey()] });
beforeAll(async () => {
  await Promise.all([mysql.ready, store.ready, mail.ready]);
  await store.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await eventually('the cluster is up', async () =>
    String(await store.redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
  );
  const log = createLog('test', 'debug', { write: (line) => void lines.push(line) });
  const redisUrl = store.url.replace('redis:', 'redis+cluster:');
  verify = createVerify(
    parseVerifyConfig({
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_HOST: '127.0.0.1',
      OPS_PORT: '0',
      REDIS_URL: redisUrl,
      SMTP_URL: mail.url,
      CODE_SECRET: 'a secret of this test',
    }),
    { log },
  );
  await verify.start();
  gate = createGate(
    parseGateConfig({
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      OPS_HOST: '127.0.0.1',
      OPS_PORT: '0',
      MYSQL_URL: mysql.url,
      REDIS_URL: redisUrl,
      VERIFY_ADDRESS: `127.0.0.1:${verify.ports.grpc}`,
      // Nobody listens there: all that comes before a berth is what this is about.
      STATUS_ADDRESS: '127.0.0.1:9',
      SESSION_KEYS: sessionKeys,
      LOGINS_PER_ACCOUNT_MINUTE: '3',
    }),
    { log },
  );
  await gate.start();
});

async function ask(
  path: string,
  body: object,
  token?: string,
): Promise<{ status: number; code: string | undefined }> {
  const response = await fetch(`http://127.0.0.1:${gate!.ports.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const { error } = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: error?.code };
}

test('codes, limits and sessions work on a cluster, and none of them falls back', async () => {
  const email = 'cluster@example.org';
  const name = `c${randomBytes(4).toString('hex')}`;
  const password = 'Harbour-light-9';
  assert.equal((await ask('/v1/codes', { email, purpose: 'register' })).status, 200);
  assert.equal((await ask('/v1/codes', { email, purpose: 'register' })).status, 429);
  const code = await mail.codeFor(email);
  assert.equal((await ask('/v1/users', { email, code, name, password })).status, 201);
  const logins = await Promise.all(Array.from({ length: 4 }, () => ask('/v1/sessions', { email, password })));
  assert.equal(logins.filter((answer) => answer.code === 'rate_limited').length, 1);
  assert.equal(logins.filter((answer) => answer.code === 'unavailable').length, 3, 'status is away');

  const [user] = await mysql.db.rows<{ id: number }>('SELECT id FROM users WHERE email_key = ?', [email]);
  const session = randomBytes(16).toString('hex');
  const expiresAt = Date.now() + 60_000;
  await mysql.db.run(
    `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at) VALUES (?, ?, 1, 'web', 0, 0, ?)`,
    [user!.id, Buffer.from(session, 'hex'), expiresAt],
  );
  const token = new SessionKeys(sessionKeys).sign({
    ...{ user: user!.id, session, deviceClass: 'web', generation: 1, expiresAt },
  });
  assert.equal(
    (await ask('/v1/berths', {}, token)).code,
    'unavailable',
    'the session is accepted, status is away',
  );
  await eventually(
    'the session is cached',
    async () => (await store.redis.keys('gate:{user:*}:session:*')).length > 0,
  );
  for (const kind of [
    'gate:requests:*',
    'gate:{login:*}:pair:*',
    'gate:{login:*}:familiar:*',
    'verify:{budget}:*',
  ])
    assert.ok((await store.redis.keys(kind)).length > 0, kind);
  assert.doesNotMatch(lines.join(''), /CROSSSLOT|MOVED/);
});
