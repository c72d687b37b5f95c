import type { EntryKind } from '@berth/wire';

/**
 * What an entry of a conversation's log is, as `messages.kind` keeps it: the index. A text is what people count; members who
 * come, go or change, and the title, are quiet lines; a fence shows nothing, and makes whoever writes next look again at who
 * may; and what changes a message that was there before. Nobody can join by himself yet: clients show `joined` already, so that those of today will understand who does. New
 * kinds go to the end.
 */
export const entryKinds: readonly EntryKind[] = [
  'text',
  'joined',
  'invited',
  'left',
  'removed',
  'role',
  'muted',
  'title',
  'fence',
  'edited',
  'recalled',
  'reacted',
  'settings',
  'pinned',
  'polled',
];

/** Changes of messages that were there before: they show where those stand. */
export type ChangeKind = 'edited' | 'recalled' | 'reacted' | 'pinned' | 'polled';

const changeKinds: ReadonlySet<EntryKind | undefined> = new Set<ChangeKind>([
  'edited',
  'recalled',
  'reacted',
  'pinned',
  'polled',
]);

export const isChange = (kind: EntryKind | undefined): kind is ChangeKind => changeKinds.has(kind);

export const textKind = 0;
