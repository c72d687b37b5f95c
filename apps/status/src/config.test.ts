import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStatusConfig } from './config.ts';

const required = { REDIS_URL: 'redis://localhost', TICKET_SECRET: 'x'.repeat(32), GRPC_TLS: 'off' };

test('needs Redis, a secret of 32 bytes and a word about TLS, and nothing else', () => {
  const config = parseStatusConfig(required);
  assert.ok(['::', '0.0.0.0'].includes(config.grpc.host));
  assert.equal(config.grpc.port, 50_052);
  assert.equal(config.strategy, 'least-connections');
  assert.equal(config.rules.leaseMs, 5_000);
  assert.equal(config.scaler, undefined);
  assert.throws(
    () => parseStatusConfig({ ...required, TICKET_SECRET: 'short' }),
    /TICKET_SECRET: expected at least 32/,
  );
  assert.throws(() => parseStatusConfig({ TICKET_SECRET: required.TICKET_SECRET }), /REDIS_URL is not set/);
});

test('names each variable that cannot be used', () => {
  const parse = () => parseStatusConfig({ ...required, PLACEMENT_STRATEGY: 'best', ADMISSION_RATE: '-1' });
  assert.throws(parse, /PLACEMENT_STRATEGY.*\nADMISSION_RATE/);
});

test('a scaler needs to know what it scales', () => {
  const scaler = { ...required, SCALER: 'kubernetes', KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  assert.throws(() => parseStatusConfig(scaler), /SCALER_NAMESPACE, SCALER_DEPLOYMENT/);
  const named = { ...scaler, SCALER_NAMESPACE: 'berth', SCALER_DEPLOYMENT: 'chat', SCALER_MAX: '40' };
  const { scaler: parsed } = parseStatusConfig(named);
  assert.deepEqual([parsed!.kind, parsed!.url], ['kubernetes', 'https://10.0.0.1:443']);
  assert.deepEqual([parsed!.policy.min, parsed!.policy.max, parsed!.policy.calmMs], [2, 40, 600_000]);
  assert.throws(() => parseStatusConfig({ ...named, SCALER_MIN: '50' }), /SCALER_MIN: more than SCALER_MAX/);
  assert.throws(() => parseStatusConfig({ ...named, KUBERNETES_SERVICE_HOST: '' }), /is this a pod/);
  assert.throws(() => parseStatusConfig({ ...required, SCALER: 'http' }), /SCALER_URL: set it/);
  const http = { ...required, SCALER: 'http', SCALER_URL: 'http://127.0.0.1:9' };
  assert.throws(() => parseStatusConfig(http), /SCALER_TOKEN is not set/);
  assert.equal(parseStatusConfig({ ...http, SCALER_TOKEN: 'x' }).scaler!.kind, 'http');
});
