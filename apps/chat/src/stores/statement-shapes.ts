/**
 * Statements are prepared once for each number of rows, so only a handful of numbers is used. Lists whose items may be
 * repeated without harm are padded to the next power of two; rows to insert are cut into a few statements.
 */

/** Rows of one INSERT at most, and messages of one batch. */
export const maxBatch = 512;

const rowStep = 32;

/** Cuts `count` rows into sizes that have a statement, the largest first: 199 → 192, 7. */
export function insertSizes(count: number): number[] {
  const sizes: number[] = [];
  for (let left = count; left > 0; left -= sizes.at(-1)!) sizes.push(appendSize(left));
  return sizes;
}

/** Rows of one INSERT that takes all of a batch or none: every number up to 32, then every eighth, then every 32nd. */
export function appendSize(count: number): number {
  const size = Math.min(count, maxBatch);
  if (size <= rowStep) return size;
  return size - (size % (size < 4 * rowStep ? rowStep / 4 : rowStep));
}

/**
 * How many of the `waiting` messages make the next batch: a large one is cut to what a single INSERT takes, and the few
 * that are left open the next.
 */
export function batchSize(waiting: number): number {
  const size = Math.min(waiting, maxBatch);
  return size < 2 * rowStep ? size : size - (size % rowStep);
}

/** Repeats the last item until the length is a power of two. */
export function padded<T>(items: readonly T[]): T[] {
  const size = 2 ** Math.ceil(Math.log2(items.length));
  const result = items.slice();
  while (result.length < size) result.push(items[items.length - 1]!);
  return result;
}

/** `?,?,?` */
export const marks = (count: number): string => Array(count).fill('?').join(',');
