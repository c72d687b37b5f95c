import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startTestMysql } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { GuardedMysql } from './guarded-mysql.ts';
import { storeErrorOf } from './store-error.ts';

test('a server that is away is told at once, and found when it is back; refusals of ours open nothing', async () => {
  const server = await startTestMysql();
  const mysql = new Mysql({ url: server.url });
  const guarded = new GuardedMysql(mysql);
  const ask = () => guarded.rows('SELECT 1');
  const refused = new BerthError('forbidden');
  for (let index = 0; index < 5; index++) {
    await assert.rejects(
      guarded.transaction(async () => Promise.reject(refused)),
      refused,
    );
  }
  await ask();
  await server.kill();
  for (let index = 0; index < 3; index++) await assert.rejects(ask());
  assert.equal(guarded.isAway, true);
  const told = await ask().catch(storeErrorOf);
  assert.ok(told instanceof BerthError && told.code === 'unavailable' && told.retryAfterMs! > 0);
  const restarted = await server.restart();
  await eventually('it is found', () => ask());
  assert.equal(guarded.isAway, false);
  await mysql.close();
  await restarted.kill();
  await server.remove();
});
