import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@berth/telemetry';
import { beginUpload, codeOf, type Uploader, upload, useFiles } from './fixtures/use-files.ts';
import { DiskStorage } from './storage/disk-storage.ts';
import { MysqlFileStore } from './stores/mysql-file-store.ts';
import { MysqlFileUses } from './stores/mysql-file-uses.ts';
import { Sweep } from './sweep.ts';

/** Of a user; ten thousand take minutes, and go the same way. */
const many = 500;
const dayMs = 86_400_000;
const files = useFiles({ USER_OPEN_UPLOADS: String(many) });

const rowsOf = async ({ id }: Uploader): Promise<number> => {
  const [row] = await files.db.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM files WHERE owner_id = ?',
    [id],
  );
  return Number(row!.count);
};

const budgetOf = async ({ id }: Uploader): Promise<number[]> => {
  const [row] = await files.db.rows<{ open: number; total: number }>(
    'SELECT open_uploads AS open, total_bytes AS total FROM file_budgets WHERE owner_id = ?',
    [id],
  );
  return [row!.open, Number(row!.total)];
};

test('as many uploads as one may have open and never sends are swept in a day; the next one before that is refused', async (t) => {
  const [user, other] = [await files.user(), await files.user()];
  const timed = async (what: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    t.diagnostic(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  };
  let left = many;
  await timed(`${many} begun`, () =>
    Promise.all(
      Array.from({ length: 16 }, async () => {
        while (left-- > 0) assert.equal((await beginUpload(files.url, user, 10)).status, 201);
      }),
    ),
  );
  const refused = await beginUpload(files.url, user, 10);
  assert.deepEqual([refused.status, await codeOf(refused)], [422, 'limit_reached']);
  assert.deepEqual(await budgetOf(user), [many, 10 * many]);
  assert.equal(await rowsOf(user), many);
  // Others do not notice.
  const { file } = await upload(files.url, other, Buffer.from('of somebody else'));

  const store = new MysqlFileStore(
    files.db,
    { fileBytes: 1e9, dayBytes: 1e9, totalBytes: 1e9, openUploads: many },
    dayMs,
  );
  const sweep = new Sweep({
    ...{ db: files.db, files: store, uses: new MysqlFileUses(files.db) },
    ...{ storage: new DiskStorage(files.folder, dayMs), processor: { process: async () => {} } as never },
    ...{ log: createLog('files', 'silent'), everyMs: dayMs, unattachedMs: dayMs, onSwept: () => {} },
  });
  await timed('a sweep that finds them too young', () => sweep.run());
  assert.equal(await rowsOf(user), many);
  await files.db.run('UPDATE files SET created_at = created_at - ?, due_at = due_at - ? WHERE owner_id = ?', [
    dayMs,
    dayMs,
    user.id,
  ]);
  await timed(`a sweep of ${many}`, () => sweep.run());
  assert.deepEqual([await rowsOf(user), await budgetOf(user)], [0, [0, 0]]);
  assert.deepEqual((await readdir(join(files.folder, 'uploads'))).sort(), [file, `${file}.json`]);
  assert.equal((await beginUpload(files.url, user, 10)).status, 201);
});
