import { newCid } from '../groups/new-cid.ts';

/** Tells the tabs of this browser that this one is there, for as long as it is. */
export class TabLock {
  readonly id = newCid();
  readonly #name: string;
  #release: (() => void) | undefined;

  constructor(name: string) {
    this.#name = name;
    void navigator.locks
      ?.request(`${name}/${this.id}`, () => new Promise<void>((resolve) => (this.#release = resolve)))
      .catch(() => {});
  }

  /** Runs alone among all tabs, with the ids of those that are there. */
  async alone(work: (present: ReadonlySet<string>) => Promise<void>): Promise<void> {
    // An insecure page has no locks; it is taken to be the only one.
    if (!navigator.locks) return work(new Set());
    await navigator.locks.request(`${this.#name}-taking-up`, async () => {
      const { held = [] } = await navigator.locks.query();
      const prefix = `${this.#name}/`;
      const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(prefix));
      await work(new Set(names.map((name) => name.slice(prefix.length))));
    });
  }

  close(): void {
    this.#release?.();
  }
}
