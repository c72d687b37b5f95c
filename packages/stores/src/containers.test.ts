import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { hasDocker, startMysqlContainer, startRedisContainer } from './containers.ts';

/** A docker that notes its arguments, says what the images' servers say when they are ready, and ends on SIGTERM. */
const docker = `#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
case "$*" in
  rm*) exit 0 ;;
  *mariadb*) echo "mariadbd: ready for connections."; echo "socket: '/run/mysqld.sock'  port: 0  MariaDB";
    echo "mariadbd: ready for connections."; echo "socket: '/run/mysqld.sock'  port: 3306  MariaDB" ;;
  *redis*) echo "Ready to accept connections tcp" ;;
  *) exit 0 ;;
esac
exec sleep 60
`;

const folder = mkdtempSync(join(tmpdir(), 'berth-docker-'));
const path = process.env.PATH;

before(() => {
  writeFileSync(join(folder, 'docker'), docker);
  chmodSync(join(folder, 'docker'), 0o755);
  process.env.PATH = `${folder}${delimiter}${path}`;
});
after(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

const calls = (): string => readFileSync(join(folder, 'calls'), 'utf8');

test('MySQL runs in a container: on 127.0.0.1 alone, durable, its password in a file of one’s own', async () => {
  assert.equal(hasDocker(), true);
  const server = await startMysqlContainer({ dir: join(folder, 'mysql') });
  const { password, port } = new URL(server.url);
  assert.match(calls(), new RegExp(`--publish=127\\.0\\.0\\.1:${port}:3306 .*mariadb:10\\.11`));
  assert.match(calls(), /--innodb-flush-log-at-trx-commit=1/);
  assert.equal(calls().includes(password), false);
  const environment = join(folder, 'mysql/container.env');
  assert.match(readFileSync(environment, 'utf8'), new RegExp(`MARIADB_PASSWORD=${password}`));
  assert.equal(statSync(environment).mode & 0o777, 0o600);
  await server.stop();
});

test('Redis runs in a container, and a kill removes it', async () => {
  const server = await startRedisContainer({ dir: join(folder, 'redis') });
  assert.match(calls(), new RegExp(`--publish=127\\.0\\.0\\.1:${server.port}:6379 .*redis:7 .*noeviction`));
  await server.kill();
  assert.match(calls(), /rm --force berth-redis-[0-9a-f]{8}/);
});

test('a machine without Docker is known as such', () => {
  writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexit 1\n');
  assert.equal(hasDocker(), false);
});
