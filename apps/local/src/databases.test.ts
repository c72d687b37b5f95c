import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { installStores } from '@berth/stores';
import { type Machine, prepareStores } from './databases.ts';

const none = { mysqlUrl: undefined, redisUrl: undefined };
const bare = { mysqld: undefined, redisServer: undefined };

function machine(parts: Partial<Machine>): Machine & { installed: string[][] } {
  const installed: string[][] = [];
  return {
    findStores: () => bare,
    hasDocker: () => false,
    installStores: async (missing) => {
      installed.push(missing);
    },
    ...parts,
    installed,
  };
}

const silent = { say: () => {}, track: <T>(_: string, work: Promise<T>) => work };

test('programs of the machine come first', async () => {
  const own = machine({
    findStores: () => ({ mysqld: '/usr/sbin/mariadbd', redisServer: '/usr/bin/redis-server' }),
    hasDocker: () => true,
  });
  assert.deepEqual(await prepareStores(none, silent, own), { mysql: 'program', redis: 'program' });
});

test('Docker stands in for what is missing, and for no more', async () => {
  const own = machine({
    findStores: () => ({ ...bare, redisServer: '/usr/bin/redis-server' }),
    hasDocker: () => true,
  });
  assert.deepEqual(await prepareStores(none, silent, own), { mysql: 'docker', redis: 'program' });
  assert.deepEqual(own.installed, []);
});

test('without Docker what is missing is installed', async () => {
  const own = machine({});
  await prepareStores(none, silent, own);
  assert.deepEqual(own.installed, [['mariadb-server', 'redis-server']]);
});

test('a server that is named by its URL is not missing', async () => {
  const own = machine({});
  await prepareStores({ mysqlUrl: 'mysql://x', redisUrl: 'redis://y' }, silent, own);
  assert.deepEqual(own.installed, []);
});

test('who may not install is told in one line what to install', async () => {
  const { getuid } = process;
  process.getuid = () => 1_000;
  try {
    await assert.rejects(prepareStores(none, silent, machine({ installStores })), {
      name: 'LocalError',
      message: /^missing on this machine: mariadb-server, redis-server; install them[^\n]+$/,
    });
  } finally {
    process.getuid = getuid;
  }
});
