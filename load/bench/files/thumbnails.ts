import { join } from 'node:path';
import { PicturePool, type PictureTask } from '@berth/files/pictures';
import sharp from 'sharp';
import type { Pair } from './pair.ts';

/** Of a round, so that three are a thousand. */
const pictures = 334;

/** Previews a second, by the service's processes and by the same calls in this one. */
export async function measureThumbnails(
  folder: string,
  rounds: number,
  say: (line: string) => void,
): Promise<Pair> {
  const path = join(folder, 'picture.jpg');
  const [width, height] = [4_000, 3_000];
  await sharp({
    create: {
      width,
      height,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
      background: 'red',
    },
  })
    .jpeg()
    .toFile(path);
  const task = (index: number): PictureTask => ({
    ...{ path, type: 'image/jpeg', maxPixels: 1e8 },
    ...{ small: join(folder, `${index}.small`), large: join(folder, `${index}.large`) },
  });
  const workers = 2;
  const pool = new PicturePool({ workers, timeoutMs: 60_000 });
  await Promise.all([pool.look(task(0)), pool.look(task(1))]);
  const pair: Pair = { ours: [], other: [] };
  sharp.concurrency(1);
  sharp.cache(false);
  for (let round = 0; round < rounds; round++) {
    pair.ours.push(await rateOf(() => Promise.all(tasks(task).map((one) => pool.look(one)))));
    pair.other.push(
      await rateOf(async () => {
        const left = tasks(task);
        const work = async () => {
          for (let one = left.pop(); one; one = left.pop()) await bare(one);
        };
        await Promise.all(Array.from({ length: workers }, work));
      }),
    );
    say(
      `round ${round + 1}: previews ${pair.ours.at(-1)!.toFixed(1)}/s, bare ${pair.other.at(-1)!.toFixed(1)}/s`,
    );
  }
  pool.close();
  return pair;
}

const tasks = (task: (index: number) => PictureTask): PictureTask[] =>
  Array.from({ length: pictures }, (_, index) => task(index));

async function rateOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (pictures * 1_000) / (performance.now() - began);
}

/** The pictures that the service makes, and nothing around them. */
async function bare({ path, small, large }: PictureTask): Promise<void> {
  const fit = { fit: 'inside', withoutEnlargement: true } as const;
  const quality = { quality: 78, effort: 2 };
  await sharp(path, { sequentialRead: true })
    .autoOrient()
    .resize(1_280, 1_280, fit)
    .webp(quality)
    .toFile(large);
  await sharp(large).autoOrient().resize(320, 320, fit).webp(quality).toFile(small);
  await sharp(small).autoOrient().resize(100, 100, fit).ensureAlpha().raw().toBuffer();
}
