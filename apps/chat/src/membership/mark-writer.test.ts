import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../stores/guarded-mysql.ts';
import { MarkWriter } from './mark-writer.ts';

/** A database that takes everything at once; the rows of each statement. */
function recording() {
  const written: number[][] = [];
  const run = async (_: string, params: number[] = []) => {
    written.push(params);
    return { affectedRows: 1, insertId: 0 };
  };
  return { written, mysql: { run } as unknown as Database };
}

test('marks of busy writers are few statements, and who waits for one does not wait for the pause between them', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { written, mysql } = recording();
  const marks = new MarkWriter(mysql);
  for (let seq = 1; seq <= 50; seq++) {
    marks.wrote({ conversation: 1, user: 2 }, seq);
    await turn();
  }
  // The pause does not end by itself here.
  assert.deepEqual(written, [[1, 2, 1, 1]]);
  assert.equal(marks.pendingRead({ conversation: 1, user: 2 }), 50);
  await marks.write({ conversation: 1, user: 3 }, { read: 7, received: 9 });
  assert.deepEqual(written.slice(1), [[1, 3, 7, 9]]);
  marks.wrote({ conversation: 1, user: 2 }, 51);
  await marks.drained();
  assert.deepEqual(written.slice(2), [[1, 2, 51, 51]]);
  assert.equal(marks.waiting, 0);
});

test('of many who go on writing each has one row in a round', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { written, mysql } = recording();
  const marks = new MarkWriter(mysql);
  marks.wrote({ conversation: 1, user: 1 }, 1);
  await turn();
  for (let seq = 2; seq <= 5; seq++) {
    for (let user = 1; user <= 600; user++) marks.wrote({ conversation: 1, user }, seq);
    await turn();
  }
  assert.deepEqual(written, [[1, 1, 1, 1]]);
  mock.timers.tick(250);
  marks.wrote({ conversation: 1, user: 1 }, 6);
  for (let turns = 0; turns < 10; turns++) await turn();
  const rows = written.slice(1).flatMap((values) => values.length / 4);
  // Padded to a power of two.
  assert.deepEqual(rows, [256, 256, 128]);
  assert.equal(marks.pendingRead({ conversation: 1, user: 600 }), 0);
  assert.equal(marks.waiting, 0);
  await marks.drained();
});

test('a mark that somebody waits for takes what nobody waited for with it', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { written, mysql } = recording();
  const marks = new MarkWriter(mysql);
  const member = { conversation: 1, user: 1 };
  marks.wrote(member, 1);
  await turn();
  marks.wrote(member, 2);
  await turn();
  await Promise.all([
    marks.write(member, { read: 1, received: 3 }),
    marks.write(member, { read: 3, received: 1 }),
  ]);
  assert.deepEqual(written, [
    [1, 1, 1, 1],
    [1, 1, 3, 3],
  ]);
  assert.equal(marks.waiting, 0);
  await marks.drained();
});
