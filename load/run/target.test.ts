import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { parseRunRequest, type RunRequest } from './arguments.ts';
import { InputError } from './input-error.ts';
import { findTarget, type Target } from './target.ts';

const root = mkdtempSync(join(tmpdir(), 'berth-target-'));
after(() => rmSync(root, { recursive: true }));
const path = process.env.PATH;

const target = (...args: string[]): Promise<Target> =>
  findTarget(parseRunRequest(['--profile', 'smoke', ...args]) as RunRequest, root);
const file = (name: string, content: object): string => {
  const whole = join(root, name);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, JSON.stringify(content));
  return whole;
};
const only = (url: string, mailUrl?: string): Target => ({
  url,
  mailUrl,
  status: undefined,
  statusTls: undefined,
});

test('without a word it is the defaults of npm start, and what a running one says of itself', async () => {
  assert.deepEqual(await target(), only('http://127.0.0.1:8080', 'http://127.0.0.1:1080'));
  const k6Env = {
    BERTH_URL: 'http://127.0.0.1:9000',
    BERTH_MAIL_URL: 'http://127.0.0.1:9001',
    BERTH_STATUS: '127.0.0.1:9002',
  };
  file('.berth/outputs.json', { k6Env });
  assert.deepEqual(await target(), {
    ...only('http://127.0.0.1:9000', 'http://127.0.0.1:9001'),
    status: '127.0.0.1:9002',
  });
});

test('an address by hand is that place alone: nothing of another one is mixed in', async () => {
  assert.deepEqual(
    await target('-e', 'BERTH_URL=https://chat.example.org/'),
    only('https://chat.example.org'),
  );
});

test('the outputs of a stack say where it is, and -e wins over them', async () => {
  const k6Env = { BERTH_URL: 'https://chat.example.org', BERTH_HOST: 'chat.example.org', BERTH_PORT: '8090' };
  const outputs = file('outputs.json', { url: k6Env.BERTH_URL, k6Env });
  assert.deepEqual(await target('--outputs', outputs), only('https://chat.example.org'));
  assert.deepEqual(
    await target('--outputs', outputs, '-e', 'BERTH_MAIL_URL=http://localhost:1080'),
    only('https://chat.example.org', 'http://localhost:1080'),
  );

  const pulumi = join(root, 'bin/pulumi');
  mkdirSync(join(root, 'bin'));
  writeFileSync(
    pulumi,
    `#!/bin/sh\n[ "$*" = 'stack output --json --stack kind' ] && cat ${outputs} || { echo "error: no stack named '$5' found" >&2; exit 1; }\n`,
  );
  chmodSync(pulumi, 0o755);
  process.env.PATH = `${join(root, 'bin')}:${path}`;
  try {
    assert.deepEqual(await target('--stack', 'kind'), only('https://chat.example.org'));
    await assert.rejects(
      target('--stack', 'other'),
      new InputError("--stack other: error: no stack named 'other' found"),
    );
  } finally {
    process.env.PATH = path;
  }
});

test('a certificate for status is three files', async () => {
  const folder = join(root, 'tls');
  mkdirSync(folder);
  writeFileSync(join(folder, 'ca.crt'), '');
  await assert.rejects(
    target('-e', `BERTH_STATUS_TLS=${folder}`),
    new InputError(`BERTH_STATUS_TLS: ${folder} has no tls.crt, tls.key`),
  );
});
