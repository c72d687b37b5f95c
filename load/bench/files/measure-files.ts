import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDevice, type Device, seedPeople } from '@berth/test/people';
import { Platform } from '@berth/test/platform';
import { unlimited } from '../unlimited.ts';
import { pairOf } from './pair.ts';
import { measureTexts, uploads } from './texts.ts';
import { measureThumbnails } from './thumbnails.ts';
import { measureTransfers } from './transfers.ts';

interface Options {
  rounds: number;
  say(line: string): void;
}

/** Files beside what a machine can do at all: rows of a table. */
export async function measureFiles({ rounds, say }: Options): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const platform = await Platform.start({
    nodes: 1,
    files: true,
    environment: {
      ...unlimited,
      files: { MAX_FILE_MB: '1048576', USER_DAY_MB: '1048576', USER_TOTAL_MB: '1048576' },
    },
  });
  try {
    const people = await seedPeople(platform, 2);
    const [ann, bob] = (await Promise.all(people.map((one) => connectDevice(platform, one)))) as [
      Device,
      Device,
    ];
    const { upload, download, rss } = await measureTransfers(platform, ann, folder, rounds, say);
    const thumbnails = await measureThumbnails(folder, rounds, say);
    const { idle, loaded } = await measureTexts([ann, bob], rounds, say);
    const rows: [what: string, ...shown: string[], toReach: string][] = [
      ['upload of 1 GiB, MB/s; beside it a bare pipe to a file', ...pairOf(upload), '≥ 0.6'],
      ['more memory than idle meanwhile, MB', String(rss), '', '', '≤ 64 MB'],
      ['download of it, MB/s; beside it nginx', ...pairOf(download), '≥ 0.6'],
      ['previews of 12-megapixel JPEGs, a second; beside it sharp alone', ...pairOf(thumbnails), '≥ 0.9'],
      [
        `p99 of a text while ${uploads} uploads go on, ms; beside it without`,
        ...pairOf({ ours: loaded, other: idle }),
        '≤ 1.5',
      ],
    ];
    return [
      '| what | Berth | beside it | ratio | to reach |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    ].join('\n');
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
