import { ownName } from './home.ts';

/** What is kept under a name as text. */
export type KeptTexts = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * The browser's storage of that kind, of which other clients on the same host see nothing. Where site data is blocked even to ask for it throws: then it is memory, which lasts
 * as long as the page.
 */
export function openKeptTexts(kind: 'localStorage' | 'sessionStorage'): KeptTexts {
  try {
    const area = window[kind];
    // Some refuse only what is asked of it.
    area.getItem('');
    return new OwnTexts(area);
  } catch {
    return new PassingTexts();
  }
}

class OwnTexts implements KeptTexts {
  readonly #area: KeptTexts;

  constructor(area: KeptTexts) {
    this.#area = area;
  }

  getItem(key: string): string | null {
    return this.#area.getItem(ownName(key));
  }

  setItem(key: string, text: string): void {
    this.#area.setItem(ownName(key), text);
  }

  removeItem(key: string): void {
    this.#area.removeItem(ownName(key));
  }
}

class PassingTexts implements KeptTexts {
  readonly #texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  removeItem(key: string): void {
    this.#texts.delete(key);
  }
}
