import type { HoldEvents, Tabs } from '../src/tabs/tabs.ts';

interface Ear {
  tab: FakeTab;
  hear(message: unknown): void;
}

interface Holder {
  tab: FakeTab;
  on: HoldEvents;
}

/** What tabs of one browser share besides a storage: channels and locks. */
export class FakeBrowser {
  readonly #parts: { channels: boolean; locks: boolean };
  readonly ears = new Map<string, Set<Ear>>();
  readonly #holders = new Map<string, Holder[]>();

  constructor(parts: { channels: boolean; locks: boolean } = { channels: true, locks: true }) {
    this.#parts = parts;
  }

  open(): FakeTab {
    return new FakeTab(this, this.#parts);
  }

  /** Waits its turn behind those that hold the name, or wait for it. */
  hold(tab: FakeTab, name: string, force: boolean, on: HoldEvents): () => void {
    const holders = this.#holders.get(name) ?? [];
    this.#holders.set(name, holders);
    const holder = { tab, on };
    const [former] = holders;
    if (force && former) holders.splice(0, 1, holder);
    else holders.push(holder);
    if (force) queueMicrotask(() => former?.on.lost());
    if (holders[0] === holder) queueMicrotask(() => on.held());
    return () => this.release(name, holder);
  }

  release(name: string, holder: Holder): void {
    const holders = this.#holders.get(name) ?? [];
    const at = holders.indexOf(holder);
    if (at < 0) return;
    holders.splice(at, 1);
    const [next] = holders;
    if (at === 0 && next) queueMicrotask(() => next.on.held());
  }

  forget(tab: FakeTab): void {
    for (const ears of this.ears.values()) for (const ear of ears) if (ear.tab === tab) ears.delete(ear);
    for (const [name, holders] of this.#holders)
      for (const holder of [...holders]) if (holder.tab === tab) this.release(name, holder);
  }
}

export class FakeTab implements Tabs {
  readonly #browser: FakeBrowser;
  readonly open: Tabs['open'];
  readonly hold?: NonNullable<Tabs['hold']>;
  /** It runs no more, though it is there: nothing is heard, nothing said. */
  isFrozen = false;
  /** When it hears what was said. Default: at once. */
  hears: (hear: () => void) => void = (hear) => hear();

  constructor(browser: FakeBrowser, parts: { channels: boolean; locks: boolean }) {
    this.#browser = browser;
    this.open = (name, hear) => {
      if (!parts.channels) return undefined;
      const ears = browser.ears.get(name) ?? new Set();
      browser.ears.set(name, ears);
      const ear = { tab: this, hear };
      ears.add(ear);
      return {
        send: (message) => {
          if (this.isFrozen) return;
          const copy = structuredClone(message);
          for (const other of ears)
            if (other !== ear)
              queueMicrotask(() => !other.tab.isFrozen && other.tab.hears(() => other.hear(copy)));
        },
        close: () => void ears.delete(ear),
      };
    };
    if (parts.locks) this.hold = (name, force, on) => browser.hold(this, name, force, on);
  }

  onPage(): () => void {
    return () => {};
  }

  /** The tab is gone without a word; the browser lets go of what it held. */
  crash(): void {
    this.isFrozen = true;
    this.#browser.forget(this);
  }
}
