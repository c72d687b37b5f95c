import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CertificateAuthority, useMysql, useRedis } from '@berth/fixtures';
import { freePort, type RunningRedis, startRedis } from '@berth/stores';
import { type LocalConfig, readConfig } from './config.ts';
import { migrateSchema, tryRedis } from './own-servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-own-'));
const mysql = useMysql();
const redis = useRedis();
let deadPort: number;
let locked: RunningRedis;
let encrypted: RunningRedis;
const silent = createServer();
const servers: RunningRedis[] = [];

before(async () => {
  deadPort = await freePort();
  locked = await startRedis({ args: ['--requirepass', 'hush'] });
  const authority = new CertificateAuthority('Berth');
  const { cert, key } = authority.issue('localhost');
  const files = { cert, key, ca: authority.cert, other: new CertificateAuthority('Other').cert };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const port = await freePort();
  const tls = ['--tls-cert-file', join(folder, 'cert'), '--tls-key-file', join(folder, 'key')];
  const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...tls];
  encrypted = { ...(await startRedis({ args: [...args, '--tls-ca-cert-file', join(folder, 'ca')] })), port };
  servers.push(locked, encrypted);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  silent.close();
  rmSync(folder, { recursive: true });
});

const configOf = (env: Record<string, string>): LocalConfig => readConfig([], env) as LocalConfig;

async function refusalOf(env: Record<string, string>): Promise<string> {
  let message = 'it was taken';
  try {
    const config = configOf(env);
    if (config.mysqlUrl !== undefined) await migrateSchema(config, config.mysqlUrl);
    if (config.redisUrl !== undefined) await tryRedis(config, config.redisUrl);
  } catch (error) {
    assert.equal((error as Error).name, 'LocalError', String((error as Error).stack));
    message = (error as Error).message;
  }
  assert.equal(/hush|\n/.test(message), false, message);
  return message;
}

const mysqlWith = (change: (url: URL) => void): string => {
  const url = new URL(mysql.url);
  change(url);
  return url.href;
};

test('MYSQL_URL: what is wrong with it, or with the server, in one sentence each', async () => {
  const cases: [string, RegExp, Record<string, string>?][] = [
    ['http://x', /^MYSQL_URL: expected mysql:\/\//],
    ['mysql://berth:hush@127.0.0.1:x/berth', /^MYSQL_URL: \w/],
    [
      `mysql://berth:hush@127.0.0.1:${deadPort}/berth`,
      /^MYSQL_URL: nobody listens at 127\.0\.0\.1:\d+ \(connection refused\)$/,
    ],
    [
      `mysql://berth:hush@localhost:${deadPort}/berth`,
      /^MYSQL_URL: nobody listens at localhost:\d+ \(connection refused\)$/,
    ],
    [
      'mysql://berth:hush@nowhere.invalid/berth',
      /^MYSQL_URL: there is no machine by the name of nowhere\.invalid$/,
    ],
    [
      mysqlWith((url) => Object.assign(url, { password: 'hush' })),
      /^MYSQL_URL: it refuses that user or password$/,
    ],
    [
      mysqlWith((url) => Object.assign(url, { pathname: '/none' })),
      /^MYSQL_URL: it has no database none; CREATE DATABASE none makes it$/,
    ],
    [
      mysqlWith((url) => Object.assign(url, { hostname: 'localhost' })),
      /^MYSQL_URL: that MySQL does not speak TLS, which MYSQL_TLS_CA_FILE asks for$/,
      { MYSQL_TLS_CA_FILE: join(folder, 'ca') },
    ],
    [mysql.url, /^MYSQL_TLS_CA_FILE: cannot read \/none \(ENOENT\)$/, { MYSQL_TLS_CA_FILE: '/none' }],
    [
      redis.url.replace('redis://', 'mysql://berth:hush@').concat('/berth'),
      /^MYSQL_URL: \S+ (breaks|does not answer)/,
    ],
  ];
  for (const [url, said, env] of cases) assert.match(await refusalOf({ MYSQL_URL: url, ...env }), said, url);
  assert.equal(await refusalOf({ MYSQL_URL: mysql.url }), 'it was taken');
  assert.match(await refusalOf({ MYSQL_URL_FILE: '/none' }), /^MYSQL_URL_FILE: cannot read \/none$/);
});

test('REDIS_URL: what is wrong with it, or with the server, in one sentence each', async () => {
  const at = (server: RunningRedis, scheme = 'redis', user = '') =>
    `${scheme}://${user}localhost:${server.port}`;
  const cases: [string, RegExp, Record<string, string>?][] = [
    ['http://x', /^REDIS_URL: expected redis/],
    ['redis://127.0.0.1:x', /^REDIS_URL: \w/],
    [
      `redis://127.0.0.1:${deadPort}`,
      /^REDIS_URL: nobody listens at 127\.0\.0\.1:\d+ \(connection refused\)$/,
    ],
    ['redis://nowhere.invalid', /^REDIS_URL: there is no machine by the name of nowhere\.invalid$/],
    [at(locked), /^REDIS_URL: it wants a password$/],
    [at(locked, 'redis', ':hush-hush@'), /^REDIS_URL: it refuses that user or password$/],
    [`${redis.url}/99`, /^REDIS_URL: it has no database 99$/],
    [at(redis.server, 'rediss'), /^REDIS_URL: localhost:\d+ does not answer in TLS: does it speak it\?$/],
    [at(encrypted), /^REDIS_URL: \S+ breaks the connection off: is that Redis, and does it want TLS\?$/],
    [
      at(encrypted, 'rediss'),
      /^REDIS_URL: its certificate \(TLS\) is of no authority that is trusted; REDIS_TLS_CA_FILE/,
    ],
    [
      at(encrypted, 'rediss'),
      /of no authority that is trusted/,
      { REDIS_TLS_CA_FILE: join(folder, 'other') },
    ],
    [
      at(encrypted, 'rediss').replace('localhost', '127.0.0.1'),
      /its certificate \(TLS\) is for another name/,
      { REDIS_TLS_CA_FILE: join(folder, 'ca') },
    ],
    [
      mysql.url.replace(/^mysql:.*@(.*)\/.*$/, 'redis://$1'),
      /^REDIS_URL: (what answers there is no Redis|\S+ breaks)/,
    ],
    [
      `redis://127.0.0.1:${(silent.address() as { port: number }).port}`,
      /^REDIS_URL: 127\.0\.0\.1:\d+ does not answer$/,
    ],
  ];
  for (const [url, said, env] of cases) assert.match(await refusalOf({ REDIS_URL: url, ...env }), said, url);
  assert.equal(await refusalOf({ REDIS_URL: redis.url }), 'it was taken');
  const trusted = { REDIS_URL: at(encrypted, 'rediss'), REDIS_TLS_CA_FILE: join(folder, 'ca') };
  assert.equal(await refusalOf(trusted), 'it was taken');
});
