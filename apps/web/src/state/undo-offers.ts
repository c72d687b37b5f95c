/** So long one may think better of it. */
const undoMs = 5_000;

/** Something that was done, as it shows. */
export interface Undoable {
  /** Takes it back, at once or by a promise. */
  undo(): unknown;
  /** Does it in earnest, once nobody can take it back any more; what was done at once needs none. When it fails, `undo` is called. */
  commit?(): Promise<unknown>;
}

interface Told {
  /** It can be taken back no more, or has been. */
  onOver(): void;
  onFailed(error: unknown): void;
}

interface Offer extends Undoable, Told {
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** What the user has done in the last moments, each of which may be undone as long as it is here. */
export class UndoOffers {
  readonly #offers = new Map<number, Offer>();
  #count = 0;

  begin(undoable: Undoable, told: Told): number {
    const id = ++this.#count;
    this.#offers.set(id, { ...undoable, ...told, timer: this.#timer(id) });
    return id;
  }

  /** Takes back one, or the last. Nothing when it is too late. */
  undo(id = [...this.#offers.keys()].at(-1) ?? 0): void {
    const offer = this.#end(id);
    if (offer) void attempt(async () => offer.undo(), offer);
  }

  /** Somebody is about to decide: it waits until they have. */
  hold(id: number, isHeld: boolean): void {
    const offer = this.#offers.get(id);
    if (!offer) return;
    clearTimeout(offer.timer);
    offer.timer = isHeld ? undefined : this.#timer(id);
  }

  /** Nobody wants it back. */
  settle(id: number): void {
    const offer = this.#end(id);
    if (!offer?.commit) return;
    void attempt(() => offer.commit!(), offer).then((isDone) => isDone || offer.undo());
  }

  /** At once: the page may go. */
  flush(): void {
    for (const id of [...this.#offers.keys()]) this.settle(id);
  }

  #timer(id: number): Offer['timer'] {
    return setTimeout(() => this.settle(id), undoMs);
  }

  #end(id: number): Offer | undefined {
    const offer = this.#offers.get(id);
    if (!offer) return undefined;
    clearTimeout(offer.timer);
    this.#offers.delete(id);
    offer.onOver();
    return offer;
  }
}

async function attempt(work: () => Promise<unknown>, { onFailed }: Told): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    onFailed(error);
    return false;
  }
}
