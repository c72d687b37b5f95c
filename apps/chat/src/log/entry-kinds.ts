import type { EntryKind } from '@berth/wire';

/**
 * What an entry of a conversation's log is, as `messages.kind` keeps it: the index. A text is what people count; members who
 * come, go or change, and the title, are quiet lines; a fence shows nothing, and makes whoever writes next look again at who
 * may. Nobody can join by himself yet: clients show `joined` already, so that those of today will understand who does. New
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
];

export const textKind = 0;
