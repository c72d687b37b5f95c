import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createSessionKey } from '@berth/tokens';
import { parseGateConfig } from './config.ts';

const keys = JSON.stringify({ keys: [createSessionKey()] });
const required = { MYSQL_URL: 'mysql://a:b@c/d', REDIS_URL: 'redis://a', SESSION_KEYS: keys };

test('three variables are enough, and the rest are as documented', () => {
  const config = parseGateConfig(required);
  assert.ok(['::', '0.0.0.0'].includes(config.http.host));
  assert.equal(config.http.port, 8080);
  assert.deepEqual(config.hashing, { concurrency: 2, queue: 200 });
  assert.deepEqual(config.limits, {
    loginsPerAccountMinute: 10,
    requests: { perAddressMinute: 120, perSessionMinute: 120, perAccountMinute: 600, perOperatorMinute: 300 },
  });
  assert.deepEqual(config.connectSources, ['ws:', 'wss:']);
  assert.equal(config.basePath, '/');
  assert.equal(config.sessionMs, 30 * 86_400_000);
});

test('what is wrong is named', () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ MYSQL_URL: '' }, /^MYSQL_URL is not set/],
    [{ SESSION_KEYS: '' }, /^SESSION_KEYS is not set/],
    [{ SESSION_KEYS: 'my secret' }, /^SESSION_KEYS: expected JSON [^m]*$/],
    [{ SESSION_KEYS: '{"keys":[]}' }, /^SESSION_KEYS: expected JSON/],
    [{ SESSION_KEYS_FILE: '/nowhere/keys.json' }, /^SESSION_KEYS_FILE: cannot read/],
    [{ HTTP_PORT: '99999' }, /^HTTP_PORT: /],
    [{ TRUSTED_PROXIES: '10.0.0.0/8,somewhere' }, /^TRUSTED_PROXIES: expected addresses or CIDRs/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES/],
    [{ ALLOWED_ORIGINS: 'https://a.example/path' }, /^ALLOWED_ORIGINS: expected origins/],
    [{ CSP_CONNECT: "wss://a; script-src 'unsafe-inline'" }, /^CSP_CONNECT/],
    [{ MAILBOX_URL: 'javascript:alert(1)' }, /^MAILBOX_URL: expected http/],
    [{ SESSION_DAYS: '31' }, /^SESSION_DAYS/],
    [{ LINK_PREVIEWS: 'true' }, /^LINK_PREVIEWS: on or off/],
    [{ BASE_PATH: '/chat' }, /^BASE_PATH: expected \/ or a path such as \/chat\//],
    [{ BASE_PATH: 'chat/' }, /^BASE_PATH/],
    [{ BASE_PATH: '/../' }, /^BASE_PATH/],
    [{ BASE_PATH: '//chat/' }, /^BASE_PATH/],
    [
      { HASH_CONCURRENCY: '3' },
      /^HASH_CONCURRENCY: 3 is too many; at most UV_THREADPOOL_SIZE less 2, which is 2/,
    ],
    [{ GRPC_TLS_CERT_FILE: 'x' }, /set all three or none/],
  ];
  for (const [change, message] of wrong) {
    assert.throws(
      () => parseGateConfig({ ...required, ...change }),
      { name: 'EnvError', message },
      JSON.stringify(change),
    );
  }
  const more = parseGateConfig({ ...required, HASH_CONCURRENCY: '6', UV_THREADPOOL_SIZE: '8' });
  assert.equal(more.hashing.concurrency, 6);
});

test('the program says in one line what is missing, and ends', async () => {
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env.PATH, REDIS_URL: 'redis://127.0.0.1:1', SESSION_KEYS: keys },
  });
  await assert.rejects(run, ({ code, stderr }: { code: number; stderr: string }) => {
    assert.equal(code, 1);
    assert.equal(stderr, 'gate: MYSQL_URL is not set (nor MYSQL_URL_FILE)\n');
    return true;
  });
});
