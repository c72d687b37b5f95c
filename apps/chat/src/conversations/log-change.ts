import type { Tx } from '@berth/mysql';
import { type AppendedEntry, appendEntries, type NewEntry } from '../log/append-entries.ts';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import { setMembersVersion } from './member-writes.ts';

/** What a transaction changed in a conversation, and the entries that say so; for those who are to be told. */
export interface LogChange {
  /** The seq of the entry that changed the members last. */
  membersVersion: number;
  /** What it was before this change. */
  previousVersion: number;
  entries: AppendedEntry[];
}

/** A change of members as it was committed. */
export interface MembersChange extends LogChange {
  users: number[];
}

/**
 * Appends the entries of a change to a locked conversation, by which there are `joined` more members. A title changes no
 * member.
 */
export async function recordChange(
  tx: Tx,
  row: Pick<ConversationRow, 'id' | 'membersVersion'>,
  entries: readonly NewEntry[],
  joined = 0,
): Promise<LogChange> {
  const appended = await appendEntries(tx, row.id, entries, Date.now());
  const previousVersion = row.membersVersion;
  const membersVersion = appended.findLast(({ kind }) => kind !== 'title')?.seq ?? previousVersion;
  if (membersVersion !== previousVersion) await setMembersVersion(tx, row.id, membersVersion, joined);
  return { membersVersion, previousVersion, entries: appended };
}

/** A conversation in which nothing happened. */
export const unchanged = ({ membersVersion }: Pick<ConversationRow, 'membersVersion'>): LogChange => ({
  membersVersion,
  previousVersion: membersVersion,
  entries: [],
});
