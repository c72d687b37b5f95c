import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { announceOldPicture, giveOldToken, OldWire } from './fixtures/old-wire.ts';
import {
  beginUpload,
  codeOf,
  fileOf,
  headUpload,
  patchUpload,
  upload,
  useFiles,
} from './fixtures/use-files.ts';

/** A file system of its own, so that no other is filled. */
const disk = mkdtempSync(join(tmpdir(), 'berth-files-disk-'));
const isMounted = mounts(disk);
const files = useFiles(isMounted ? { STORAGE_DIR: disk } : {});
after(async () => {
  if (isMounted) execFileSync('umount', ['--lazy', disk]);
  await rm(disk, { recursive: true, force: true });
});

/** False where that is not allowed: for one who is not root, and in most containers. */
function mounts(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('the disk fills up: whoever uploads is told once and clearly, goes on when there is room, and nothing is left of what is given up', {
  skip: !isMounted && 'no file system can be mounted here',
}, async () => {
  const [ann, bob] = [await files.user(), await files.user()];
  const small = randomBytes(100_000);
  const kept = await upload(files.url, bob, small);
  const content = randomBytes(6_000_000);
  const begun = await beginUpload(files.url, ann, content.length);
  assert.equal(begun.status, 201);
  const file = fileOf(begun);
  const refused = await patchUpload(files.url, ann, file, 0, content);
  assert.equal(refused.status, 503);
  assert.equal(await codeOf(refused), 'unavailable');
  // What came so far is there, and is gone on from; what others have is untouched.
  const offset = Number((await headUpload(files.url, ann, file)).headers.get('upload-offset'));
  assert.ok(offset > 0 && offset < content.length, `${offset}`);
  const again = await patchUpload(files.url, ann, file, offset, content.subarray(offset));
  assert.equal(again.status, 503);
  const authorization = `Bearer ${bob.token}`;
  const known = await fetch(`${files.url}/v1/files/${kept.file}`, { headers: { authorization } });
  assert.equal(known.status, 200);
  // A new one cannot begin or cannot be written, and leaves nothing but what its owner gives up.
  const other = await beginUpload(files.url, bob, 50_000);
  if (other.status === 201) {
    const { status } = await patchUpload(files.url, bob, fileOf(other), 0, randomBytes(50_000));
    assert.equal(status, 503);
  } else assert.equal(other.status, 503);
  const wire = await OldWire.connect(files.tcpPort);
  const token = await giveOldToken(files.db, bob);
  const [frame] = await announceOldPicture(files.db, bob, randomBytes(30_000), token);
  assert.equal((await wire.ask(...frame!)).error, 1015);
  await wire.close();
  for (const [user, id] of [[ann, file], ...(other.status === 201 ? [[bob, fileOf(other)]] : [])] as const) {
    const headers = { authorization: `Bearer ${(user as typeof ann).token}`, 'tus-resumable': '1.0.0' };
    const gone = await fetch(`${files.url}/v1/uploads/${id}`, { method: 'DELETE', headers });
    assert.equal(gone.status, 204);
  }
  const left = await readdir(join(disk, 'uploads'));
  assert.deepEqual(
    left.filter((name) => !name.startsWith(kept.file)),
    [],
  );
  assert.deepEqual(await readdir(join(disk, 'scratch')), ['llfcchat']);
  const rows = await files.db.rows('SELECT id FROM files WHERE owner_id = ?', [ann.id]);
  assert.deepEqual(rows, []);
  // There is room again.
  await upload(files.url, bob, randomBytes(200_000));
});
