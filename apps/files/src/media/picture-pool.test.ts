import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import sharp from 'sharp';
import { PicturePool, PoolFullError } from './picture-pool.ts';

const content = await sharp({ create: { width: 50, height: 50, channels: 3, background: '#046' } })
  .png()
  .toBuffer();
const task = { content, maxPixels: 1_000_000, side: 10 };

test('a picture that takes too long is given up with its process, and the next one gets another', async () => {
  // No process starts within this.
  const pool = new PicturePool({ workers: 1, timeoutMs: 1, maxWaiting: 1 });
  const [first, second] = [pool.shrink(task), pool.shrink(task)];
  await assert.rejects(pool.shrink(task), PoolFullError, 'one is looked at, one waits, no more');
  await assert.rejects(first, /it took too long/);
  await assert.rejects(second, /it took too long/);
  await eventually('nobody is at it any more', () => pool.busy === 0);
  pool.close();
});

test('a process that has found something wrong goes on with the next one', async () => {
  const pool = new PicturePool({ workers: 1, timeoutMs: 60_000 });
  await assert.rejects(pool.shrink({ ...task, content: Buffer.from('no picture') }));
  await assert.rejects(pool.shrink({ ...task, maxPixels: 100 }), /pixel limit/);
  const { width, height } = await pool.shrink(task);
  assert.deepEqual([width, height], [10, 10]);
  pool.close();
  await assert.rejects(pool.shrink(task), PoolFullError);
});
