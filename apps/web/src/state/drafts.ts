import type { Mention } from '@berth/client';
import type { KeptTexts } from './kept-texts.ts';
import { Observable } from './observable.ts';

export interface Draft {
  text: string;
  replyTo?: number;
  /** Whom it means, by which of its words. */
  mentions?: readonly Mention[];
}

/** A draft as it is kept here. One that is empty waits for the server to hear so. */
interface KeptDraft extends Draft {
  /** When the server had it; 0: it has not heard of it. */
  at?: number;
  /** Typed here since. */
  untold?: true;
}

/** Drafts kept at most; the oldest go first. */
const maxDrafts = 200;
const saveAfterMs = 300;

const isEmpty = ({ text, replyTo }: Draft): boolean => text.trim() === '' && replyTo === undefined;

/** What was typed and not sent, by conversation, kept over a reload; what other devices are to hear of it is untold. */
export class Drafts extends Observable {
  readonly #area: KeptTexts;
  readonly #key: string;
  readonly #drafts: Map<number, KeptDraft>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(area: KeptTexts, user: number) {
    super();
    this.#area = area;
    this.#key = `berth.drafts.${user}`;
    this.#drafts = parseDrafts(area.getItem(this.#key));
  }

  get(conversation: number): Draft | undefined {
    const draft = this.#drafts.get(conversation);
    return draft && !isEmpty(draft) ? draft : undefined;
  }

  set(conversation: number, draft: Draft): void {
    const at = this.#drafts.get(conversation)?.at ?? 0;
    this.#drafts.delete(conversation);
    if (!isEmpty(draft) || at > 0) this.#drafts.set(conversation, { ...draft, at, untold: true });
    for (const oldest of this.#drafts.keys()) {
      if (this.#drafts.size <= maxDrafts) break;
      this.#drafts.delete(oldest);
    }
    this.#change();
  }

  /** What the server is to hear. */
  untold(): [conversation: number, draft: Draft][] {
    return [...this.#drafts].filter(([, { untold }]) => untold);
  }

  /** The server has a draft as it was told, unless more was typed meanwhile. */
  told(conversation: number, draft: Draft, at: number): void {
    const known = this.#drafts.get(conversation);
    if (known !== draft) {
      // Sent while it was on its way: the server is to hear that it is no more.
      const now: KeptDraft = known ?? { text: '', untold: true };
      this.#drafts.set(conversation, { ...now, at });
    } else if (isEmpty(draft)) this.#drafts.delete(conversation);
    else {
      const { untold: _, ...kept } = known;
      this.#drafts.set(conversation, { ...kept, at });
    }
    this.#change();
  }

  /** Typed on another device; what was typed here since is later. */
  heard(conversation: number, draft: Draft, at: number): void {
    const known = this.#drafts.get(conversation);
    if (known?.untold || at < (known?.at ?? 0)) return;
    if (isEmpty(draft)) this.#drafts.delete(conversation);
    else this.#drafts.set(conversation, { ...draft, at });
    this.#change();
  }

  /** All that the server had at a time: what it had before, and has no more, was sent or deleted elsewhere. */
  heardAll(conversations: ReadonlySet<number>, at: number): void {
    for (const [conversation, draft] of this.#drafts) {
      // One that the server refused is this device's alone.
      const isGone =
        !draft.untold && draft.at !== 0 && (draft.at ?? 0) < at && !conversations.has(conversation);
      if (isGone) this.#drafts.delete(conversation);
    }
    this.#change();
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

  #change(): void {
    this.changed();
    this.#timer ??= setTimeout(() => this.save(), saveAfterMs);
  }
}

/** What was kept before others were told of it is to be told. */
function parseDrafts(saved: string | null): Map<number, KeptDraft> {
  try {
    const entries = JSON.parse(saved ?? '[]') as [number, KeptDraft][];
    return new Map(
      entries.map(([id, draft]) => [id, draft.at === undefined ? { ...draft, untold: true } : draft]),
    );
  } catch {
    return new Map();
  }
}
