import { isDuplicateKey } from '@berth/mysql';

export interface DuplicateEntry {
  /** Another one has the seq, or the sender's cid is there already. */
  by: 'seq' | 'cid';
  conversation: number;
}

/**
 * Which unique key an INSERT of entries violated, and in which conversation. The server names the values as text, a cid
 * among them, which may hold anything: so only the numbers before it and the key's name at the very end are read.
 */
export function duplicateEntryOf(error: unknown): DuplicateEntry | undefined {
  if (!isDuplicateKey(error)) return undefined;
  const { message } = error as Error;
  const conversation = /^Duplicate entry '(\d+)-/.exec(message)?.[1];
  const key = /for key '(?:messages\.)?(PRIMARY|messages_cid)'$/.exec(message)?.[1];
  if (conversation === undefined || key === undefined) return undefined;
  return { by: key === 'PRIMARY' ? 'seq' : 'cid', conversation: Number(conversation) };
}
