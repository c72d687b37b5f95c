import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { env, readEnv, readGrpcTls, readSecret, requireSecret } from './env.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-env-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'secret');
writeFileSync(file, 'from the file\n');

test('every variable at fault is named, one a line; empty ones count as absent', () => {
  const shape = {
    PORT: env.port(),
    NAME: env.text(),
    LIST: env.list().default([]),
    FLAG: env.flag().default(false),
  };
  assert.throws(() => readEnv(shape, { PORT: '70000', NAME: '' }), {
    name: 'EnvError',
    message: /^PORT: .*\nNAME is not set$/,
  });
  assert.deepEqual(readEnv(shape, { PORT: '80', NAME: 'x', LIST: 'a, b,,c', FLAG: 'true' }), {
    ...{ PORT: 80, NAME: 'x', LIST: ['a', 'b', 'c'], FLAG: true },
  });
});

test('a secret comes from the file named, else from the variable', () => {
  assert.equal(readSecret('X', { X: 'plain', X_FILE: file }), 'from the file');
  assert.equal(readSecret('X', { X: 'plain' }), 'plain');
  assert.equal(readSecret('X', { X: '' }), undefined);
  assert.throws(() => readSecret('X', { X_FILE: join(folder, 'missing') }), {
    message: /^X_FILE: cannot read/,
  });
  assert.throws(() => requireSecret('X', {}), { message: 'X is not set (nor X_FILE)' });
});

test('what a secret must be is said without showing it', () => {
  const check = (value: string) => {
    if (!value.startsWith('smtp')) throw new Error('expected smtp://host');
  };
  assert.throws(() => requireSecret('X', { X: 'hunter2' }, check), {
    name: 'EnvError',
    message: 'X: expected smtp://host',
  });
  assert.equal(requireSecret('X', { X: 'smtp://h' }, check), 'smtp://h');
});

test('mutual TLS needs all three files or none', () => {
  assert.equal(readGrpcTls({}), undefined);
  const all = { GRPC_TLS_CERT_FILE: 'a', GRPC_TLS_KEY_FILE: 'b', GRPC_TLS_CA_FILE: 'c' };
  assert.deepEqual(readGrpcTls(all), { certFile: 'a', keyFile: 'b', caFile: 'c' });
  assert.throws(() => readGrpcTls({ ...all, GRPC_TLS_KEY_FILE: '' }), { message: /all three or none/ });
});

test('who serves others than this machine has mutual TLS, or says by name that it has none', () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.7', 'status']) {
    assert.throws(() => readGrpcTls({}, host), { message: /GRPC_TLS=off/ }, host);
    assert.equal(readGrpcTls({ GRPC_TLS: 'off' }, host), undefined);
  }
  for (const host of ['127.0.0.1', '127.0.0.2', '::1', '[::1]', 'localhost'])
    assert.equal(readGrpcTls({}, host), undefined, host);
});
