import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

/** Of a file system of its own, so that no other is filled: the empty data of Oracle MySQL (190 MiB) or MariaDB (110), and room. */
const diskMib = 400;
const disk = mkdtempSync(join(tmpdir(), 'berth-disk-'));
const isMounted = mounts(disk);
const platform = usePlatform(isMounted ? { nodes: 2, mysqlFolder: disk } : { nodes: 2 });
after(async () => {
  if (isMounted) execFileSync('umount', ['--lazy', disk]);
  await rm(disk, { recursive: true, force: true });
});

/** False where that is not allowed: for one who is not root, and in most containers. */
function mounts(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes until there is no room left; answers with the file. */
async function fill(): Promise<string> {
  const ballast = join(disk, 'ballast');
  const file = await open(ballast, 'w');
  await assert.rejects(
    async () => {
      for (;;) await file.write(Buffer.alloc(65_536, 1));
    },
    { code: 'ENOSPC' },
  );
  await file.close();
  return ballast;
}

test('the disk fills up: what cannot be stored is not acknowledged, and is stored when there is room again', {
  skip: !isMounted && 'no file system can be mounted here',
}, async () => {
  const load = await startLoad(platform, 10, { padding: 4_000, pauseMs: 0 });
  await load.more(50);
  const ballast = await fill();
  let [acknowledged, looks] = [-1, 0];
  await eventually(
    'nothing is acknowledged any more',
    () => {
      looks = load.acknowledged === acknowledged ? looks + 1 : 0;
      acknowledged = load.acknowledged;
      return looks === 50;
    },
    60_000,
  );
  await rm(ballast);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});
