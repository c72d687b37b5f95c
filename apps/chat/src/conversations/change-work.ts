import type { Statement, Tx } from '@berth/mysql';
import type { EntryDetails, Message } from '@berth/wire';
import type { MessageState } from '../log/message-state.ts';
import type { Standing } from '../membership/standing.ts';
import type { RowStatement } from './row-statements.ts';

/** Who changes which message, and what they call the change. */
export interface Change {
  conversation: number;
  sender: number;
  cid: string;
  target: number;
}

/** A change that is stored. */
export interface CommittedChange {
  /** What all are told of it. */
  message: Message;
  /** Of a recall: the files that the message had, and whose they are. */
  released?: { owner: number; files: string[] };
}

/** The message that is changed. */
export interface Target {
  sender: number;
  sentAt: number;
  text: string;
  state: MessageState | undefined;
  /** How many files. */
  attachments: number;
}

/** What a change works on, as of the end of the log behind which it is appended. */
export interface Locked {
  tx: Tx;
  standing: Standing;
  target: Target;
  now: number;
  /** What the statements of `reads` found, in their order. */
  read: readonly (readonly unknown[])[];
}

/** The entry to be appended, and what the target becomes by it. */
export interface Outcome {
  details?: Pick<EntryDetails, 'emoji' | 'on' | 'count' | 'counts' | 'voters' | 'closed'>;
  /** Whose entry it is, when nobody is to be told who made it. */
  sender?: number;
  text?: string;
  state: Omit<MessageState, 'changed'>;
  /** What else belongs to it, once the entry has its seq. None of it may violate a key, and none go by another one’s. */
  also?: (seq: number) => readonly (Statement | RowStatement)[];
  /** It has no attachments any more: whose they were, and which. */
  released?: NonNullable<CommittedChange['released']>;
}

/** What a kind of change does. */
export interface Work {
  /** Others may do the same to the same message in one go: what `judge` needs of it is told with the message. */
  shares?: boolean;
  /** Read with the message. */
  reads?: readonly Statement[];
  /** Undefined when nothing has to change. */
  judge(locked: Locked): Promise<Outcome | undefined> | Outcome | undefined;
}
