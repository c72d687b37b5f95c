import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { migrate, schemaVersion } from './migrate.ts';

const mysql = useMysql();

test('a schema that is up to date is left alone', async () => {
  assert.deepEqual(await migrate(mysql.db), []);
});

test('the version applied is the newest that the code knows', async () => {
  const { applied, wanted } = await schemaVersion(mysql.db);
  assert.equal(applied, wanted);
  assert.ok(wanted >= 1);
});
