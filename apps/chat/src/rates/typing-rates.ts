/** A conversation hears of a session's typing at most this often; clients show it for longer. */
const intervalMs = 1_000;
/** All of a session's conversations together do: nobody types in two at a time. */
const betweenMs = 250;

/** Which session may tell now that it is typing. Remembers only the last of each. */
export class TypingRates {
  readonly #last = new WeakMap<object, { conversation: number; atMs: number }>();

  take(session: object, conversation: number, nowMs: number): boolean {
    const last = this.#last.get(session);
    if (
      last !== undefined &&
      nowMs - last.atMs < (last.conversation === conversation ? intervalMs : betweenMs)
    )
      return false;
    this.#last.set(session, { conversation, atMs: nowMs });
    return true;
  }
}
