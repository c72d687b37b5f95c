import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parseVerifyConfig } from './config.ts';

const required = {
  REDIS_URL: 'redis://a',
  SMTP_URL: 'smtp://b',
  CODE_SECRET: 'sixteen letters!',
  GRPC_TLS: 'off',
};

test('three variables and a word about TLS are enough, and the rest are as documented', () => {
  const config = parseVerifyConfig(required);
  assert.deepEqual([config.grpc.port, config.ops.port], [50_051, 9_101]);
  assert.deepEqual(config.budgets, {
    perAddressHour: 5,
    perAddressDay: 10,
    perSourceHour: 20,
    perMinute: 300,
    resendMs: 30_000,
  });
  assert.deepEqual(config.codes, { ttlMs: 600_000, attempts: 5 });
});

test('a secret that could be guessed is refused', () => {
  assert.throws(() => parseVerifyConfig({ ...required, CODE_SECRET: 'hunter2' }), {
    message: 'CODE_SECRET: at least 16 characters',
  });
});

test('an address that is misread is refused by name, and not shown', () => {
  for (const [name, url] of [
    ['SMTP_URL', 'hunter2'],
    ['SMTP_URL', 'smtp://ann:hunter2/x@host'],
    ['SMTP_URL', 'smtp://'],
    ['REDIS_URL', 'redis://hunter2@host'],
    ['REDIS_URL', 'redis://:hunter2@host?db=1'],
  ] as const) {
    assert.throws(
      () => parseVerifyConfig({ ...required, [name]: url }),
      ({ message }: Error) => message.startsWith(`${name}: `) && !message.includes('hunter2'),
    );
  }
});

test('how long a code lives and how often it may be tried is nobody’s to change', () => {
  const config = parseVerifyConfig({
    ...required,
    CODE_TTL: '1',
    CODE_ATTEMPTS: '99',
    UNIVERSAL_CODE: '000000',
  });
  assert.deepEqual(config, parseVerifyConfig(required));
});

test('the program says in one line what is missing, and ends', async () => {
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env.PATH, REDIS_URL: 'redis://127.0.0.1:1', SMTP_URL: 'smtp://127.0.0.1:1' },
  });
  await assert.rejects(run, ({ code, stderr }: { code: number; stderr: string }) => {
    assert.equal(code, 1);
    assert.equal(stderr, 'verify: CODE_SECRET is not set (nor CODE_SECRET_FILE)\n');
    return true;
  });
});
