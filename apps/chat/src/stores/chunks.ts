import { padded } from './statement-shapes.ts';

/** Runs `use` over padded pieces of at most `size` (a power of two), so that few statements are prepared. */
export async function inChunks<T>(
  items: readonly T[],
  size: number,
  use: (chunk: T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size)
    await use(padded(items.slice(start, start + size)));
}
