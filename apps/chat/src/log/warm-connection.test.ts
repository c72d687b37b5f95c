import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, useMysql } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { writerSession } from './mysql-message-store.ts';
import { WarmConnection } from './warm-connection.ts';

const server = useMysql();

/** The other connections to this file's database, with the seconds since each was last used. */
const connections = () =>
  server.db.rows<{ id: number; idle: number }>(
    'SELECT id, time AS idle FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  );

test('an idle connection outlives the time after which the server closes idle ones; others do not', async () => {
  const others = (await connections()).map(({ id }) => id);
  const ours = async () => (await connections()).filter(({ id }) => !others.includes(id));
  const mysql = new Mysql({ url: server.url, poolSize: 2, session: writerSession });
  const both = await Promise.all([mysql.acquire(), mysql.acquire()]);
  for (const connection of both) connection.release();
  const warm = new WarmConnection(mysql);
  assert.equal((await ours()).length, 2);
  const [kept] = await eventually(
    'one is closed',
    async () => {
      const left = await ours();
      return left.length === 1 && left;
    },
    20_000,
  );
  assert.ok(kept!.idle < writerSession.wait_timeout);
  await warm.close();
  await mysql.close();
});
