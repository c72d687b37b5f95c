import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { findStores } from './binaries.ts';
import { startMysql } from './mysql-server.ts';
import { startRedis } from './redis-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-made-by-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `body` with a server first on the PATH that says its version and would else spoil the data. */
async function withServer(name: string, version: string, data: string, body: () => Promise<unknown>) {
  const programs = mkdtempSync(join(folder, 'bin-'));
  const script = `#!/bin/sh\ncase "$*" in *--version) echo "${version}" ;; *) touch ${data}/spoilt ;; esac\n`;
  writeFileSync(join(programs, name), script);
  chmodSync(join(programs, name), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${programs}${delimiter}${path}`;
  try {
    await body();
  } finally {
    process.env.PATH = path;
  }
}

const filesOf = (data: string): string[] => readdirSync(data, { recursive: true }).map(String).sort();

const mysql97 = 'mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)';

const isMariadb = findStores().mysqld?.endsWith('mariadbd') ?? false;
const ofMariadb = { skip: !isMariadb && 'the server of this machine is MySQL' };

test(
  'data of MariaDB are refused to MySQL and to an older MariaDB, and stay as they are',
  ofMariadb,
  async () => {
    const dir = join(folder, 'mysql');
    const server = await startMysql({ dir });
    await server.stop();
    const before = filesOf(dir);
    for (const [name, version, said] of [
      ['mysqld', mysql97, /made by MariaDB 10\.\d+, and the server of this machine is MySQL 9\.7,/],
      ['mariadbd', 'mariadbd  Ver 10.3.1-MariaDB for debian-linux-gnu', /is MariaDB 10\.3,/],
    ] as const) {
      await withServer(name, version, dir, () =>
        assert.rejects(startMysql({ dir }), { name: 'ForeignFolderError', message: said }),
      );
    }
    assert.deepEqual(filesOf(dir), before);
    const again = await startMysql({ dir });
    await again.kill();
  },
);

test('data of MySQL are refused to MariaDB and to an older MySQL', async () => {
  const dir = join(folder, 'oracle');
  mkdirSync(join(dir, 'data/mysql'), { recursive: true });
  writeFileSync(join(dir, 'data/mysql.ibd'), '');
  const history =
    '{"file_format":"1","upgrade_history":[{"date":"2026-11-01","version":"9.7.4","initialize":true}]}';
  writeFileSync(join(dir, 'data/mysql_upgrade_history'), history);
  for (const [name, version, said] of [
    [
      'mariadbd',
      'mariadbd  Ver 11.8.3-MariaDB-1 for debian-linux-gnu',
      /made by MySQL 9\.7, .* is MariaDB 11\.8,/,
    ],
    ['mysqld', 'mysqld  Ver 8.4.6 for Linux', /made by MySQL 9\.7, .* is MySQL 8\.4,/],
  ] as const) {
    await withServer(name, version, dir, () => assert.rejects(startMysql({ dir }), { message: said }));
  }
});

/** What Redis 8.0.6 and Valkey 9.1.2 write first. */
const beginnings = {
  redis8: 'REDIS0012\u00fa\u0009redis-ver\u00058.0.6\u00fa\u000aredis-bits\u00c0@',
  valkey9: 'VALKEY080\u00fa\u000avalkey-ver\u00059.1.2\u00fa\u000aredis-bits\u00c0@',
};

test('data of a newer Redis, or of Valkey, are refused to Redis, and stay as they are', async () => {
  const dir = join(folder, 'redis');
  const server = await startRedis({ dir });
  await server.stop();
  const redis7 = 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64';
  for (const [name, said] of [
    ['redis8', /made by Redis 8\.0, and the server of this machine is Redis 7\.0,/],
    ['valkey9', /made by Valkey 9\.1, and the server of this machine is Redis 7\.0,/],
  ] as const) {
    const other = join(folder, name);
    cpSync(dir, other, { recursive: true });
    const base = readdirSync(join(other, 'appendonlydir')).find((file) => file.endsWith('.base.rdb'))!;
    writeFileSync(join(other, 'appendonlydir', base), beginnings[name], 'latin1');
    const { mtimeMs } = statSync(join(other, 'appendonlydir'));
    await withServer('redis-server', redis7, other, () =>
      assert.rejects(startRedis({ dir: other }), { name: 'ForeignFolderError', message: said }),
    );
    assert.equal(statSync(join(other, 'appendonlydir')).mtimeMs, mtimeMs);
    assert.equal(filesOf(other).includes('spoilt'), false);
  }
  await withServer('redis-server', 'Redis server v=6.2.1 sha=0', dir, () =>
    assert.rejects(startRedis({ dir }), { message: /is Redis 6\.2,/ }),
  );
  const again = await startRedis({ dir });
  await again.kill();
});
