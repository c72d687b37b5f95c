/** Nodes remembered at most, and conversations of each; the oldest node is forgotten first. */
const maxNodes = 64;
const maxConversations = 1_000;

/** What went past nodes that routes name and the registry has not told of yet. */
export class UnknownNodes {
  readonly #missed = new Map<string, Set<number | undefined>>();

  /** `conversation` undefined: more than one conversation's messages. */
  note(node: string, bootEpoch: number, conversation: number | undefined): void {
    const key = `${node}|${bootEpoch}`;
    let missed = this.#missed.get(key);
    if (missed === undefined) {
      missed = new Set();
      this.#missed.set(key, missed);
      if (this.#missed.size > maxNodes) this.#missed.delete(this.#missed.keys().next().value!);
    }
    missed.add(missed.size < maxConversations ? conversation : undefined);
  }

  take(node: string, bootEpoch: number): (number | undefined)[] {
    const key = `${node}|${bootEpoch}`;
    const missed = [...(this.#missed.get(key) ?? [])];
    this.#missed.delete(key);
    return missed;
  }
}
