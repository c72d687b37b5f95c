/** A conversation hears of a session's typing at most this often; clients show it for longer. */
const intervalMs = 1_000;

/** Which session may tell now that it is typing. Remembers only the last of each. */
export class TypingRates {
  readonly #last = new WeakMap<object, { conversation: number; atMs: number }>();

  take(session: object, conversation: number, nowMs: number): boolean {
    const last = this.#last.get(session);
    if (last?.conversation === conversation && nowMs - last.atMs < intervalMs) return false;
    this.#last.set(session, { conversation, atMs: nowMs });
    return true;
  }
}
