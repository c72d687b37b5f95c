import type { KeptTexts } from './kept-texts.ts';
import { Observable } from './observable.ts';

export interface Draft {
  text: string;
  replyTo?: number;
}

/** Drafts kept at most; the oldest go first. */
const maxDrafts = 200;
const saveAfterMs = 300;

/** What was typed and not sent, by conversation, kept over a reload. */
export class Drafts extends Observable {
  readonly #area: KeptTexts;
  readonly #key: string;
  readonly #drafts: Map<number, Draft>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(area: KeptTexts, user: number) {
    super();
    this.#area = area;
    this.#key = `berth.drafts.${user}`;
    this.#drafts = parseDrafts(area.getItem(this.#key));
  }

  get(conversation: number): Draft | undefined {
    return this.#drafts.get(conversation);
  }

  set(conversation: number, draft: Draft): void {
    this.#drafts.delete(conversation);
    if (draft.text.trim() !== '' || draft.replyTo !== undefined) this.#drafts.set(conversation, draft);
    for (const oldest of this.#drafts.keys()) {
      if (this.#drafts.size <= maxDrafts) break;
      this.#drafts.delete(oldest);
    }
    this.changed();
    this.#timer ??= setTimeout(() => this.save(), saveAfterMs);
  }

  /** At once: the page may go. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#area.setItem(this.#key, JSON.stringify([...this.#drafts]));
    } catch {
      // No room: they last as long as the page.
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drafts.clear();
    this.#area.removeItem(this.#key);
    this.changed();
  }
}

function parseDrafts(saved: string | null): Map<number, Draft> {
  try {
    const entries: unknown = JSON.parse(saved ?? '[]');
    return new Map(entries as [number, Draft][]);
  } catch {
    return new Map();
  }
}
