import type { Message } from '@berth/wire';
import type { Observable } from './observable.ts';

/** Where messages are that are shown: a conversation as far as it is here, or a thread of it. */
export interface MessageSource extends Observable {
  readonly conversation: number;
  /** The seq of the first that there is. */
  readonly first: number;
  get(seq: number): Message | undefined;
  /** Sees to it that one is loaded, such as one that is replied to. */
  wantOne(seq: number): void;
  /** The newest of those that are here, ascending. */
  newestMessages(count: number): Message[];
}
