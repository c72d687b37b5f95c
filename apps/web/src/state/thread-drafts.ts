import type { Draft } from './drafts.ts';
import { Observable } from './observable.ts';

/** Kept at most; the oldest go first. */
const maxDrafts = 100;

/** What was typed in threads and not sent: it lasts as long as the page. */
export class ThreadDrafts extends Observable {
  readonly #drafts = new Map<string, Draft>();

  get(conversation: number, root: number): Draft | undefined {
    return this.#drafts.get(keyOf(conversation, root));
  }

  set(conversation: number, root: number, draft: Draft): void {
    const key = keyOf(conversation, root);
    this.#drafts.delete(key);
    if (draft.text !== '' || draft.replyTo !== undefined) this.#drafts.set(key, draft);
    if (this.#drafts.size > maxDrafts) this.#drafts.delete(this.#drafts.keys().next().value!);
    this.changed();
  }
}

const keyOf = (conversation: number, root: number): string => `${conversation} ${root}`;
