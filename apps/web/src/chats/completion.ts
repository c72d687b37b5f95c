import type { ReactNode } from 'react';

/** What takes the place of the word that was typed. */
export interface Completion {
  text: string;
  /** Whom it means. */
  user?: number;
}

/** Something that the word may become, as it is offered. */
export interface CompletionOption extends Completion {
  key: string;
  shown: ReactNode;
  /** Called as the word that was typed. */
  isExact?: boolean;
}

/** What the list of completions does when keys are pressed in the field; false: it has nothing to offer. */
export interface CompletionHandle {
  move(by: 1 | -1): boolean;
  choose(): boolean;
  /** Chooses what is called as the word that was typed, to the letter, in place of everything before `end`. */
  chooseExact(end: number): void;
}
