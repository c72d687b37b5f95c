import type { BerthClient, ConversationSummary } from '@berth/client';
import type { FilesClient } from '@berth/client/files';
import type { People } from './people.ts';
import type { Terminal } from './terminal.ts';

/** What commands may use. */
export interface Context {
  client: BerthClient;
  terminal: Terminal;
  people: People;
  /** Of what happened beside messages; by LANG. */
  language: 'en' | 'zh';
  /** Where a line without a command goes. */
  open: number | undefined;
  /** As they were listed last: their numbers are what `/open` takes. */
  listed: ConversationSummary[];
  /** Nothing is shown but the open conversation. */
  quiet: boolean;
  /** Texts that wait in conversations, as far as they were heard of. */
  drafts: Map<number, string>;
  files: FilesClient;
  /** Files by the numbers that they were shown with: what `/save` takes. */
  shown: Map<number, { file: string; name: string; conversation: number; seq: number }>;
}

export interface Command {
  /** As it is typed, with what it takes. */
  usage: string;
  summary: string;
  /** Throws BerthError with what to tell the user. */
  run(context: Context, argument: string): Promise<void>;
}
