import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import fc from 'fast-check';
import { BoundRows, executeBound } from './bound-rows.ts';
import { isDuplicateKey } from './errors.ts';

const mysql = useMysql();

const row = fc.record({
  small: fc.nat({ max: 0xffff_ffff }),
  maybe: fc.option(fc.nat({ max: 0xffff_ffff }), { nil: null }),
  large: fc.maxSafeNat(),
  key: fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', '\0', "'", '\\') }),
  text: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.constantFrom('', 'x'.repeat(250), 'é'.repeat(251), '🙂'.repeat(70_000)),
  ),
});

test('rows are stored as they are, whatever is in them and however many there are', async () => {
  await mysql.db.run(
    `CREATE TABLE bound (id INT UNSIGNED PRIMARY KEY, small INT UNSIGNED, maybe INT UNSIGNED NULL, large BIGINT UNSIGNED,
     name VARBINARY(32), text MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)`,
  );
  const bound = new BoundRows(['u32', 'u32', 'u32?', 'u64', 'text', 'text']);
  const connection = await mysql.db.acquire();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        await connection.execute('DELETE FROM bound');
        const sql = `INSERT INTO bound VALUES ${rows.map(() => '(?,?,?,?,?,?)').join(',')}`;
        const { affectedRows } = await executeBound(connection, sql, bound, rows.length, (to) => {
          for (const [id, { small, maybe, large, key, text }] of rows.entries()) {
            to.u32(id);
            to.u32(small);
            if (maybe === null) to.absent();
            else to.u32(maybe);
            to.u64(large);
            to.text(key);
            to.text(text);
          }
        });
        assert.equal(affectedRows, rows.length);
        const [stored] = await connection.execute('SELECT * FROM bound ORDER BY id');
        assert.deepEqual(
          (stored as { name: Buffer }[]).map((one) => ({ ...one, name: one.name.toString() })),
          rows.map(({ key, ...rest }, id) => ({
            ...{ id, small: rest.small, maybe: rest.maybe, large: rest.large, name: key, text: rest.text },
          })),
        );
      }),
      { numRuns: 60 },
    );
  } finally {
    connection.release();
  }
});

test('what the server refuses is told, and the connection goes on', async () => {
  await mysql.db.run('CREATE TABLE bound_keys (id INT UNSIGNED PRIMARY KEY)');
  const bound = new BoundRows(['u32']);
  const connection = await mysql.db.acquire();
  const insert = (sql: string) => executeBound(connection, sql, bound, 1, (to) => to.u32(7));
  try {
    await insert('INSERT INTO bound_keys VALUES (?)');
    await assert.rejects(insert('INSERT INTO bound_keys VALUES (?)'), (error) => isDuplicateKey(error));
    await assert.rejects(insert('INSERT INTO nowhere VALUES (?)'), { errno: 1146 });
    const [rows] = await connection.execute('SELECT id, ? AS one FROM bound_keys', ['one']);
    assert.deepEqual(rows, [{ id: 7, one: 'one' }]);
    await assert.rejects(
      executeBound(connection, 'INSERT INTO bound_keys VALUES (?)', bound, 1, () => {}),
      /rows and their values differ/,
    );
  } finally {
    connection.destroy();
  }
});
