import { Observable } from './observable.ts';

/** So long one may think better of it. */
const undoMs = 5_000;

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  onFailed: (error: unknown) => void;
}

/** Messages that the user deletes: gone from this page at once, and in earnest when nobody has undone it for a while. */
export class UndoableDeletions extends Observable {
  readonly #delete: (conversation: number, seq: number) => Promise<void>;
  readonly #pending = new Map<string, Pending>();
  readonly #under = new Set<string>();

  constructor(remove: (conversation: number, seq: number) => Promise<void>) {
    super();
    this.#delete = remove;
  }

  has(conversation: number, seq: number): boolean {
    const key = keyOf(conversation, seq);
    return this.#pending.has(key) || this.#under.has(key);
  }

  begin(conversation: number, seq: number, onFailed: (error: unknown) => void): void {
    const key = keyOf(conversation, seq);
    if (this.has(conversation, seq)) return;
    const timer = setTimeout(() => void this.#commit(key), undoMs);
    this.#pending.set(key, { timer, onFailed });
    this.changed();
  }

  undo(conversation: number, seq: number): void {
    const key = keyOf(conversation, seq);
    clearTimeout(this.#pending.get(key)?.timer);
    this.#pending.delete(key);
    this.changed();
  }

  /** At once: the page may go. */
  flush(): void {
    for (const key of [...this.#pending.keys()]) void this.#commit(key);
  }

  async #commit(key: string): Promise<void> {
    const pending = this.#pending.get(key)!;
    clearTimeout(pending.timer);
    this.#pending.delete(key);
    this.#under.add(key);
    const [conversation, seq] = key.split(':').map(Number) as [number, number];
    try {
      await this.#delete(conversation, seq);
    } catch (error) {
      pending.onFailed(error);
    } finally {
      this.#under.delete(key);
      this.changed();
    }
  }
}

const keyOf = (conversation: number, seq: number): string => `${conversation}:${seq}`;
