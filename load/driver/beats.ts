/** Something that says every now and then that it is there. */
interface Beating {
  beat(): void;
}

/** As our clients do it, and well below the 60 s after which a session is given up. */
const everyMs = 25_000;
const slices = 250;

/** Heartbeats of any number of links by one timer, spread over the time: those of a slice beat together. */
export class Beats {
  readonly #slices: Set<Beating>[] = Array.from({ length: slices }, () => new Set());
  readonly #sliceOf = new Map<Beating, number>();
  #next = 0;
  #added = 0;
  #timer: NodeJS.Timeout | undefined;

  add(link: Beating): void {
    const slice = this.#added++ % slices;
    this.#slices[slice]!.add(link);
    this.#sliceOf.set(link, slice);
    this.#timer ??= setInterval(() => this.#beat(), everyMs / slices);
  }

  remove(link: Beating): void {
    const slice = this.#sliceOf.get(link);
    if (slice === undefined) return;
    this.#slices[slice]!.delete(link);
    this.#sliceOf.delete(link);
    if (this.#sliceOf.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    for (const link of this.#slices[this.#next]!) link.beat();
    this.#next = (this.#next + 1) % slices;
  }
}
