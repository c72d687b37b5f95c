/** The loop is looked at so often… */
const lookMs = 5;
/** …and a look that is so late says that this process was kept from running. Less than the space between two frames to an old client. */
const lateMs = 15;

let lookedAt = performance.now();
let lateAt = Number.NEGATIVE_INFINITY;
setInterval(() => {
  const now = performance.now();
  if (now - lookedAt > lateMs) lateAt = now;
  lookedAt = now;
}, lookMs).unref();

function wasKeptFromRunning(): boolean {
  const now = performance.now();
  return now - lookedAt > lateMs || now - lateAt < lateMs;
}

/**
 * What a process that runs all the time would have read at a time, of what one of these reads: the Qt client loses its place where two
 * frames come in one read, and a machine that keeps a test from reading for as long as the space between two is no fault of
 * whoever wrote them.
 */
export class TimelyReads {
  #header = Buffer.alloc(0);
  /** Of the body that is being read. */
  #left = 0;

  push(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
      } else {
        const missing = chunk.subarray(at, at + 4 - this.#header.length);
        this.#header = Buffer.concat([this.#header, missing]);
        at += missing.length;
        if (this.#header.length < 4) break;
        this.#left = this.#header.readUInt16BE(2);
        this.#header = Buffer.alloc(0);
      }
      if (this.#left > 0 || this.#header.length > 0) continue;
      pieces.push(chunk.subarray(start, at));
      start = at;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    return wasKeptFromRunning() ? pieces : [chunk];
  }
}
