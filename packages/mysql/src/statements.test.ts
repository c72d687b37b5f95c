import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { useMysql } from '@berth/fixtures';
import fc from 'fast-check';
import { isDuplicateKey } from './errors.ts';
import { Mysql } from './mysql.ts';
import { spell } from './statements.ts';

const mysql = useMysql();

test('whatever a value holds, the server has exactly that, and of a text nothing is SQL', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'; DROP TABLE t; --", '\\', '', '?'));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.uint8Array(),
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      async (words, bytes, number) => {
        const params = [words, bytes, number, null];
        const [row] = await mysql.db.exchange(
          [{ sql: 'SELECT ? AS words, ? AS bytes, ? AS number, ? AS nothing', params }],
          async ([rows]) => ({ result: rows as Record<string, unknown>[] }),
        );
        assert.equal(row!.words, words);
        assert.deepEqual(Buffer.from(row!.bytes as Buffer), Buffer.from(bytes));
        assert.deepEqual([Number(row!.number), row!.nothing], [number, null]);
      },
    ),
    { numRuns: 50 },
  );
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined, 2 ** 60])
    assert.throws(() => spell([{ sql: 'SELECT ?', params: [value as number] }]), TypeError);
  assert.throws(() => spell([{ sql: 'SELECT ?', params: [1, 2] }]), TypeError);
});

test('a pool takes no text of several statements unless it was opened for that', async () => {
  const db = new Mysql({ url: mysql.url, poolSize: 1 });
  try {
    const one = { sql: 'SELECT 1' };
    await assert.rejects(
      db.exchange([one, one], async () => ({ result: undefined })),
      TypeError,
    );
    const connection = await db.acquire();
    await assert.rejects(connection.query('SELECT 1; SELECT 1'), { errno: 1064 });
    connection.release();
  } finally {
    await db.close();
  }
});

test('an exchange is a transaction: all of what closes it is done, or nothing', async () => {
  await mysql.db.run('CREATE TABLE exchanged (id INT PRIMARY KEY, word VARCHAR(20)) ENGINE = InnoDB');
  const insert = (id: number, word: string) => ({
    sql: 'INSERT INTO exchanged (id, word) VALUES (?, ?)',
    params: [id, word],
  });
  const words = async () =>
    (await mysql.db.rows<{ word: string }>('SELECT word FROM exchanged ORDER BY id')).map(({ word }) => word);
  const count = { sql: 'SELECT COUNT(*) AS n FROM exchanged FOR UPDATE' };
  const write = (...closing: ReturnType<typeof insert>[]) =>
    mysql.db.exchange([count, count], async ([first, second]) => {
      assert.deepEqual(first, second);
      return { closing, result: (first as { n: number }[])[0]!.n };
    });
  assert.equal(await write(insert(1, 'one'), insert(2, 'two')), 0);
  assert.equal(await write(insert(3, 'three')), 2);
  await assert.rejects(
    write(insert(4, 'four'), insert(1, 'again')),
    (error) => isDuplicateKey(error) && !inspect(error).includes('again'),
    'an error tells nothing of what is written',
  );
  assert.deepEqual(await words(), ['one', 'two', 'three']);
  // Without anything to close it, and when what is made of it throws, it is undone.
  const more = async (tx: Pick<typeof mysql.db, 'run'>) => tx.run("INSERT INTO exchanged VALUES (9, 'nine')");
  await mysql.db.exchange([count], async (_, tx) => ({ result: await more(tx) }));
  const thrown = mysql.db.exchange([count], async (_, tx) => {
    await more(tx);
    throw new Error('no');
  });
  await assert.rejects(thrown, /^Error: no$/);
  assert.deepEqual(await words(), ['one', 'two', 'three']);
  assert.equal(await write(insert(5, 'five')), 3, 'the connection is as good as before');
});

test('what was read before a transaction was begun is read without a lock, and what closes it is done as a whole or not at all', async () => {
  await mysql.db.run('CREATE TABLE reckoned (id INT PRIMARY KEY, n INT NOT NULL) ENGINE = InnoDB');
  const insert = (id: number) => ({ sql: 'INSERT INTO reckoned (id, n) VALUES (?, 0)', params: [id] });
  const last = { sql: 'SELECT COALESCE(MAX(id), 0) AS id FROM reckoned' };
  const met = Promise.withResolvers<void>();
  let reading = 0;
  const behind = (more: ReturnType<typeof insert>[] = []) =>
    mysql.db.readAndClose([last], async ([rows]) => {
      const [{ id }] = rows as [{ id: number }];
      if (++reading === 2) met.resolve();
      await met.promise;
      return { closing: [insert(id + 1), ...more], result: id + 1 };
    });
  // Both find the same end: the key decides.
  const settled = await Promise.allSettled([behind(), behind()]);
  const refused = settled.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 1);
  assert.ok(isDuplicateKey((refused[0] as PromiseRejectedResult).reason));
  await assert.rejects(behind([insert(9), insert(9)]), (error) => isDuplicateKey(error));
  assert.deepEqual(await mysql.db.rows('SELECT id FROM reckoned'), [{ id: 1 }]);
  assert.equal(
    await mysql.db.readAndClose([last], async () => ({ result: 'nothing to do' })),
    'nothing to do',
  );
  assert.equal(await behind(), 2, 'the connections are as good as before');
});

test('two exchanges that lock the same rows the other way round both come to their end', async () => {
  await mysql.db.run('CREATE TABLE crossed (id INT PRIMARY KEY, n INT NOT NULL) ENGINE = InnoDB');
  await mysql.db.run('INSERT INTO crossed VALUES (1, 0), (2, 0)');
  const met = Promise.withResolvers<void>();
  let waiting = 0;
  const both = [1, 2].map((first) =>
    mysql.db.exchange(
      [{ sql: 'SELECT n FROM crossed WHERE id = ? FOR UPDATE', params: [first] }],
      async () => {
        if (++waiting === 2) met.resolve();
        await met.promise;
        return {
          closing: [
            { sql: 'UPDATE crossed SET n = n + 1 WHERE id = ?', params: [3 - first] },
            { sql: 'UPDATE crossed SET n = n + 10 WHERE id = ?', params: [first] },
          ],
          result: undefined,
        };
      },
    ),
  );
  await Promise.all(both);
  assert.deepEqual(await mysql.db.rows('SELECT n FROM crossed ORDER BY id'), [{ n: 11 }, { n: 11 }]);
});
