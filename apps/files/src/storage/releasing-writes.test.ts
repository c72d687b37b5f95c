import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { releasingWrites } from './releasing-writes.ts';

const folder = await mkdtemp(join(tmpdir(), 'berth-files-'));
after(() => rm(folder, { recursive: true, force: true }));

const write = (path: string, pieces: Buffer[]) =>
  pipeline(
    Readable.from(pieces, { objectMode: true }),
    fs.createWriteStream(path, { fs: releasingWrites, highWaterMark: 1_048_576 }),
  );

test('what was written is given back at once, and what lies in a pool of others is not', async () => {
  const path = join(folder, 'whole');
  const pieces = Array.from({ length: 32 }, () => Buffer.from(new Uint8Array(randomBytes(65_536)).buffer));
  const pooled = Buffer.from('a small one, and its neighbours in the pool');
  const content = Buffer.concat([...pieces, pooled]);
  await write(path, [...pieces, pooled]);
  assert.ok(content.equals(await readFile(path)));
  assert.deepEqual(new Set(pieces.map((piece) => piece.length)), new Set([0]));
  assert.equal(String(pooled), 'a small one, and its neighbours in the pool');
});

test('a system that takes a part of it gets the rest where it belongs', async (t) => {
  const path = join(folder, 'parts');
  const real = fs.writev.bind(fs);
  let calls = 0;
  t.mock.method(
    fs,
    'writev',
    (descriptor: number, pieces: Buffer[], position: number, done: Parameters<typeof real>[3]) => {
      const [first] = pieces as [Buffer];
      const part = calls++ % 2 === 0 ? [first.subarray(0, 1_000)] : pieces.slice(0, 2);
      real(descriptor, part, position, done);
    },
  );
  const pieces = Array.from({ length: 40 }, () => randomBytes(65_536));
  const content = Buffer.concat(pieces);
  await write(path, pieces);
  assert.ok(calls > 2, 'it was asked in parts');
  assert.ok(content.equals(await readFile(path)));
});
