import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';

test('without arguments: the local platform, a terminal of its own class', () => {
  assert.deepEqual(readConfig(['chat'], {}), {
    gateUrl: 'http://127.0.0.1:8080',
    email: undefined,
    password: undefined,
    deviceClass: 'terminal',
    language: 'en',
  });
});

test('arguments win over the environment', () => {
  const env = { BERTH_GATE: 'http://one', BERTH_PASSWORD: 'secret-words' };
  assert.deepEqual(
    readConfig(['chat', '--gate', 'https://two', '--email', 'a@b.cd', '--device', 'pipe'], env),
    {
      gateUrl: 'https://two',
      email: 'a@b.cd',
      password: 'secret-words',
      deviceClass: 'pipe',
      language: 'en',
    },
  );
});

test('help is a word or an option', () => {
  assert.equal(readConfig(['help'], {}), 'help');
  assert.equal(readConfig(['chat', '-h'], {}), 'help');
});

for (const argv of [
  ['talk'],
  ['chat', 'bob'],
  ['chat', '--gate', 'localhost:8080'],
  ['chat', '--gate', 'ftp://x'],
  ['chat', '--device', 'My Phone'],
  ['chat', '--mail', 'x'],
]) {
  test(`berth ${argv.join(' ')} is refused in one line`, () => {
    assert.throws(() => readConfig(argv, {}), { name: 'UsageError', message: /^[^\n]+$/ });
  });
}
