import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@berth/telemetry';
import { beginUpload, fileOf, type Uploader, upload, useFiles } from './fixtures/use-files.ts';
import { DiskStorage } from './storage/disk-storage.ts';
import { MysqlFileStore } from './stores/mysql-file-store.ts';
import { MysqlFileUses } from './stores/mysql-file-uses.ts';
import { Sweep } from './sweep.ts';

const files = useFiles();
const dayMs = 86_400_000;
const key = (file: string) => Buffer.from(file, 'base64url');

/** As another process has it; `fail` kills it at that step. */
function createSweep(fail?: 'remove' | 'forget'): Sweep {
  const limits = { fileBytes: 1e9, dayBytes: 1e9, totalBytes: 1e9, openUploads: 10 };
  const store = new MysqlFileStore(files.db, limits, dayMs);
  const storage = new DiskStorage(files.folder, dayMs);
  const broken = () => Promise.reject(new Error('killed'));
  if (fail === 'remove') storage.remove = broken;
  if (fail === 'forget') store.forget = broken;
  return new Sweep({
    ...{ db: files.db, files: store, uses: new MysqlFileUses(files.db), storage },
    processor: { process: async () => {} } as never,
    ...{ log: createLog('files', 'silent'), everyMs: dayMs, unattachedMs: dayMs, onSwept: () => {} },
  });
}

const isThere = async (file: string): Promise<boolean> => {
  const rows = await files.db.rows('SELECT id FROM files WHERE id = ?', [key(file)]);
  const names = [
    ...(await readdir(join(files.folder, 'uploads'))),
    ...(await readdir(join(files.folder, 'previews'))),
  ];
  const hasBytes = names.some((name) => name.startsWith(file));
  assert.equal(rows.length > 0, hasBytes, 'a row without bytes, or bytes without a row');
  return hasBytes;
};

/** As if all of it had happened so long ago. */
const age = async (file: string, ms: number): Promise<void> => {
  await files.db.run('UPDATE files SET created_at = created_at - ?, due_at = due_at - ? WHERE id = ?', [
    ms,
    ms,
    key(file),
  ]);
  await files.db.run('UPDATE file_uses SET claimed_at = claimed_at - ? WHERE file_id = ?', [ms, key(file)]);
};

let cids = 0;

/** As the chat node claims a file for a message, and then stores that. */
async function claim(
  { id: owner }: Uploader,
  file: string,
): Promise<{ send(): Promise<void>; recall(): Promise<void> }> {
  const [conversation, cid] = [1_000 + cids++, `cid ${cids}`];
  const now = Date.now();
  await files.db.run('INSERT INTO file_uses VALUES (?, ?, 0, ?, ?, ?)', [
    owner,
    key(file),
    conversation,
    cid,
    now,
  ]);
  await files.db.run('UPDATE files SET due_at = ? WHERE id = ?', [now + 3_600_000, key(file)]);
  return {
    send: async () => {
      await files.db.run(
        'INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text, attachments) VALUES (?, 1, ?, ?, 1, ?, 1)',
        [conversation, owner, cid, ''],
      );
      await files.db.run(
        "INSERT INTO attachments (conversation_id, seq, position, file_id, kind, name, type, bytes) VALUES (?, 1, 0, ?, 0, 'a', 'b', 1)",
        [conversation, key(file)],
      );
    },
    recall: async () => {
      await files.db.run('DELETE FROM attachments WHERE conversation_id = ?', [conversation]);
      await files.db.run('UPDATE files SET due_at = ? WHERE id = ?', [Date.now(), key(file)]);
    },
  };
}

test('what nobody has attached goes after a day, as does an upload that never was whole', async () => {
  const user = await files.user();
  const { file: whole } = await upload(files.url, user, randomBytes(1_000));
  const broken = fileOf(await beginUpload(files.url, user, 1_000));
  await createSweep().run();
  assert.deepEqual([await isThere(whole), await isThere(broken)], [true, true]);
  for (const file of [whole, broken]) await age(file, dayMs + 1_000);
  await createSweep().run();
  assert.deepEqual([await isThere(whole), await isThere(broken)], [false, false]);
  const [budget] = await files.db.rows<{ total: number; open: number }>(
    'SELECT total_bytes AS total, open_uploads AS open FROM file_budgets WHERE owner_id = ?',
    [user.id],
  );
  assert.deepEqual([Number(budget!.total), budget!.open], [0, 0]);
});

test('what a message uses stays, and goes at once when that is recalled', async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, randomBytes(1_000));
  const use = await claim(user, file);
  await use.send();
  await age(file, 30 * dayMs);
  await createSweep().run();
  assert.equal(await isThere(file), true);
  const [row] = await files.db.rows<{ due: number | null }>('SELECT due_at AS due FROM files WHERE id = ?', [
    key(file),
  ]);
  assert.equal(row!.due, null, 'it is not looked at any more');
  await use.recall();
  await createSweep().run();
  assert.equal(await isThere(file), false);
  // However young it is.
  const { file: other } = await upload(files.url, user, randomBytes(1_000));
  const young = await claim(user, other);
  await young.send();
  await young.recall();
  await createSweep().run();
  assert.equal(await isThere(other), false);
});

test('what others pass on stays when the first message goes, and goes with the last', async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, randomBytes(1_000));
  const use = await claim(user, file);
  await use.send();
  const elsewhere = 5_000 + cids++;
  await files.db.run('INSERT INTO file_uses VALUES (?, ?, 3, ?, ?, ?)', [
    ...[user.id, key(file), elsewhere, '', Date.now()],
  ]);
  await files.db.run(
    `INSERT INTO attachments (conversation_id, seq, position, file_id, kind, name, type, bytes, owner_id)
     VALUES (?, 1, 0, ?, 0, 'a', 'b', 1, ?)`,
    [elsewhere, key(file), user.id],
  );
  await use.recall();
  await age(file, 30 * dayMs);
  await createSweep().run();
  assert.equal(await isThere(file), true);
  await files.db.run('DELETE FROM attachments WHERE conversation_id = ?', [elsewhere]);
  await files.db.run('UPDATE files SET due_at = ? WHERE id = ?', [Date.now(), key(file)]);
  await createSweep().run();
  assert.equal(await isThere(file), false);
});

test('a claim of which nothing came is waited for, and then taken back', async () => {
  const user = await files.user();
  const { file } = await upload(files.url, user, randomBytes(1_000));
  const use = await claim(user, file);
  await age(file, dayMs + 1_000);
  await files.db.run('UPDATE file_uses SET claimed_at = ? WHERE file_id = ?', [Date.now(), key(file)]);
  await createSweep().run();
  assert.equal(await isThere(file), true, 'its message may be on its way');
  await use.send();
  await age(file, 2 * 3_600_000);
  await createSweep().run();
  assert.equal(await isThere(file), true);
  const { file: other } = await upload(files.url, user, randomBytes(1_000));
  await claim(user, other);
  await age(other, dayMs + 1_000);
  await createSweep().run();
  assert.equal(await isThere(other), false);
});

test('a sweep that is killed at any step is made good by the next, and two at a time do no harm', async () => {
  const user = await files.user();
  for (const step of ['remove', 'forget'] as const) {
    const { file } = await upload(files.url, user, randomBytes(1_000));
    await age(file, dayMs + 1_000);
    await createSweep(step).run();
    const [row] = await files.db.rows<{ state: number }>('SELECT state FROM files WHERE id = ?', [key(file)]);
    assert.equal(row!.state, 3, 'nobody can use it any more');
    await files.db.run('UPDATE files SET due_at = 1 WHERE id = ?', [key(file)]);
    await Promise.all([createSweep().run(), createSweep().run()]);
    await createSweep().run();
    assert.equal(await isThere(file), false);
  }
  const [budget] = await files.db.rows<{ total: number }>(
    'SELECT total_bytes AS total FROM file_budgets WHERE owner_id = ?',
    [user.id],
  );
  assert.equal(Number(budget!.total), 0);
});
