import type { Mention } from '@berth/client';

/** Words within a line. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'mention'; user: number; text: string }
  | { kind: 'strong' | 'em' | 'del'; children: readonly Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; children: readonly Inline[] };

/** What stands below each other. `blank`: so many empty lines. */
export type Block =
  | { kind: 'lines'; children: readonly Inline[] }
  | { kind: 'code'; language: string; text: string; isClosed: boolean }
  | { kind: 'quote'; children: readonly Block[] }
  | { kind: 'list'; start: number | undefined; items: readonly (readonly Block[])[] }
  | { kind: 'blank'; count: number };

/**
 * Stands for the words of a mention while a text is parsed, so that a name is never taken for marks: no letter, no sign, and
 * nothing that anybody types.
 */
const placeholder = '\ue000';

/** The words of mentions, put aside while the rest is parsed, and given back one after the other. */
export class MentionedWords {
  readonly text: string;
  readonly #words: { user: number; text: string }[] = [];
  #next = 0;

  constructor(text: string, mentions: readonly Mention[]) {
    let left = '';
    let end = 0;
    for (const { user, at, length } of mentions) {
      // Of a text that is cut short, or told by a server that does not look.
      if (at < end || at + length > text.length) continue;
      left += text.slice(end, at) + placeholder;
      this.#words.push({ user, text: text.slice(at, at + length) });
      end = at + length;
    }
    this.text = left + text.slice(end);
  }

  /** Whether all were given back. */
  get areGiven(): boolean {
    return this.#next === this.#words.length;
  }

  /** A part of the text with its words as they were typed. */
  spell(part: string): string {
    return part.replaceAll(placeholder, () => this.#take()?.text ?? placeholder);
  }

  /** The same with the mentions apart. */
  split(part: string): Inline[] {
    return part.split(placeholder).flatMap((text, index): Inline[] => {
      const mention = index === 0 ? undefined : this.#take();
      return [
        ...(mention ? [{ kind: 'mention' as const, ...mention }] : []),
        ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
      ];
    });
  }

  #take() {
    return this.#words[this.#next++];
  }
}

/** Whether a text has what stands for mentions, and cannot be parsed with them. */
export const holdsPlaceholder = (text: string): boolean => text.includes(placeholder);
