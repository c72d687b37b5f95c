import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@berth/telemetry';
import sharp from 'sharp';
import { removeUpload, upload, useFiles } from '../fixtures/use-files.ts';
import { DiskStorage } from '../storage/disk-storage.ts';
import { MysqlFileStore } from '../stores/mysql-file-store.ts';
import { FileProcessor } from './file-processor.ts';
import type { PictureTask } from './picture.ts';

const files = useFiles();
const dayMs = 86_400_000;

const namesOf = async (file: string): Promise<string[]> => {
  const folders = ['uploads', 'previews', 'scratch'].map((name) => readdir(join(files.folder, name)));
  return (await Promise.all(folders)).flat().filter((name) => name.startsWith(file));
};

test('a picture that is deleted while it is looked into leaves nothing, whatever came of the look', async () => {
  const user = await files.user();
  const content = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#046' } })
    .png()
    .toBuffer();
  const limits = { fileBytes: 1e9, dayBytes: 1e9, totalBytes: 1e9, openUploads: 10 };
  for (const outcome of ['found', 'failed']) {
    const { file } = await upload(files.url, user, content);
    await files.db.run('UPDATE files SET state = 1 WHERE id = ?', [Buffer.from(file, 'base64url')]);
    const storage = new DiskStorage(files.folder, dayMs);
    const look = async ({ small, large, clean }: PictureTask) => {
      for (const path of [small, large, clean!]) await writeFile(path, content);
      assert.equal((await removeUpload(files.url, user, file)).status, 204);
      assert.deepEqual(await namesOf(file), []);
      // The disk is full when half of it is stored.
      if (outcome === 'failed')
        storage.put = async (_, variant, path) => {
          if (variant === 'large') throw Object.assign(new Error('full'), { code: 'ENOSPC' });
          await DiskStorage.prototype.put.call(storage, file, variant, path);
        };
      return { width: 40, height: 30, thumbhash: 'AAAA', previews: true, cleanBytes: content.length };
    };
    const processor = new FileProcessor({
      ...{ files: new MysqlFileStore(files.db, limits, dayMs), storage, pool: { look } as never },
      ...{ maxPixels: 1e6, log: createLog('files', 'silent'), onProcessed: () => {} },
    });
    await processor.process(user.id, file);
    assert.deepEqual(await namesOf(file), [], outcome);
  }
});
