/** What is kept under a name as text. */
export type KeptTexts = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * The browser's storage of that kind. Where site data is blocked even to ask for it throws: then it is memory, which lasts
 * as long as the page.
 */
export function openKeptTexts(kind: 'localStorage' | 'sessionStorage'): KeptTexts {
  try {
    const area = window[kind];
    // Some refuse only what is asked of it.
    area.getItem('');
    return area;
  } catch {
    return new PassingTexts();
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
