import type { PendingMessage } from './pending-message.ts';

/** So long after a conflict a conversation is written in turns with whoever else writes it. */
const turnsMs = 5_000;
/** Conversations remembered beyond which those that are over are looked for. */
const maxRemembered = 10_000;

/**
 * Which conversations are written under their row's lock: those that met another writer a moment ago, and those of which
 * messages still wait for their turn, so that none overtakes another.
 */
export class Turns {
  readonly #until = new Map<number, number>();
  readonly #waiting = new Map<number, number>();

  has(conversation: number): boolean {
    if (this.#waiting.size === 0 && this.#until.size === 0) return false;
    if (this.#waiting.has(conversation)) return true;
    const until = this.#until.get(conversation);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    this.#until.delete(conversation);
    return false;
  }

  /** Somebody else appended first. */
  met(conversation: number): void {
    const now = performance.now();
    this.#until.delete(conversation);
    this.#until.set(conversation, now + turnsMs);
    if (this.#until.size <= maxRemembered) return;
    for (const [other, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(other);
    }
  }

  began({ message: { conversation } }: PendingMessage): void {
    this.#waiting.set(conversation, (this.#waiting.get(conversation) ?? 0) + 1);
  }

  ended({ message: { conversation } }: PendingMessage): void {
    const left = (this.#waiting.get(conversation) ?? 0) - 1;
    if (left > 0) this.#waiting.set(conversation, left);
    else this.#waiting.delete(conversation);
  }
}
