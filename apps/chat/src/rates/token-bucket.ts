const taken = { taken: true } as const;

/** Lets through `perSecond` on average and `burst` at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes a token; or says in how many milliseconds there is one. */
  take(nowMs: number): { taken: true } | { taken: false; retryAfterMs: number } {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs * this.#perSecond) / 1_000);
    this.#atMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return taken;
    }
    return { taken: false, retryAfterMs: Math.ceil(((1 - this.#tokens) * 1_000) / this.#perSecond) };
  }
}
