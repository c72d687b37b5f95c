import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';

const stores = useRedis();
const root = join(import.meta.dirname, '../../..');

test('where Redis denies INFO, and its password is not wanted, a service logs nothing but JSON', async () => {
  const all = ['reset', 'on', 'nopass', '~*', '&*', '+@all'];
  await stores.redis.call('ACL', 'SETUSER', 'berth', ...all, '-info');
  const address = stores.server.url.replace('redis://', 'redis://berth:hush@');
  const environment = {
    ...{ GRPC_HOST: '127.0.0.1', GRPC_PORT: '0', OPS_HOST: '127.0.0.1', OPS_PORT: '0' },
    ...{ REDIS_URL: address, TICKET_SECRET: 'x'.repeat(32) },
  };
  // Node warns of what it is told to warn of: a raw line on its standard error, too.
  const service = spawn(process.execPath, ['--pending-deprecation', 'apps/status/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [service.stdout, service.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      printed += chunk;
    });
  try {
    await eventually('the library has complained', () => printed.includes('INFO command fails'), 20_000);
    await eventually('the service is up', () => printed.includes('is up'));
  } finally {
    service.kill('SIGTERM');
    await once(service, 'close');
  }
  const entries = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const complaint = entries.find(({ msg }) => msg.includes('INFO command fails'));
  assert.deepEqual([complaint.level, complaint.service, complaint.from], ['warn', 'status', 'console']);
});
