import type { Pages } from './types.ts';

/** Pages over `read`, which answers with the items from `cursor` on and the cursor of the next page, if there is one. */
export function createPages<T, C>(
  read: (cursor: C | undefined) => Promise<{ items: T[]; next?: C }>,
): Pages<T> {
  let cursor: C | undefined;
  let done = false;
  let last: Promise<unknown> = Promise.resolve();
  const nextPage = async (): Promise<T[]> => {
    if (done) return [];
    const { items, next } = await read(cursor);
    cursor = next;
    done = next === undefined;
    return items;
  };
  return {
    get done() {
      return done;
    },
    next: () => {
      const page = last.then(nextPage);
      // One that failed is asked for again by the next call.
      last = page.catch(() => {});
      return page;
    },
  };
}
