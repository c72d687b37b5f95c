/** A page that has just been opened has better things to do for this long: what it is there for. */
const settledMs = 1_000;

/** When the page has nothing better to do. What is returned calls it off. */
export function whenIdle(run: () => void): () => void {
  let idle: number | undefined;
  const timer = setTimeout(() => {
    // Not every browser can tell.
    if ('requestIdleCallback' in window) idle = requestIdleCallback(run);
    else run();
  }, settledMs);
  return () => {
    clearTimeout(timer);
    if (idle !== undefined) cancelIdleCallback(idle);
  };
}
