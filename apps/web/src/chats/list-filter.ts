import type { Conversation } from '../state/conversations.ts';

export const filters = ['all', 'unread', 'mentions', 'people', 'groups', 'archive'] as const;
export type Filter = (typeof filters)[number];

type Filtered = Pick<Conversation, 'kind' | 'unread' | 'markedUnread' | 'conversation' | 'mentions'>;

const isUnread = ({ unread, markedUnread }: Filtered): boolean => unread > 0 || markedUnread === true;

const wanted: Record<Exclude<Filter, 'all' | 'archive'>, (conversation: Filtered) => boolean> = {
  unread: isUnread,
  mentions: ({ mentions = [] }) => mentions.length > 0,
  people: ({ kind }) => kind === 'direct',
  groups: ({ kind }) => kind === 'group',
};

/**
 * Which of the conversations that are not in the archive a filter leaves. The open one stays where it is when it has been
 * read meanwhile, so that it does not vanish under the reader.
 */
export function isLeft(
  filter: keyof typeof wanted,
  conversation: Filtered,
  open: number | undefined,
): boolean {
  const passing = filter === 'unread' || filter === 'mentions';
  return wanted[filter](conversation) || (passing && conversation.conversation === open);
}

/** How many of the conversations in the list have something new, or are in the archive, by filter. */
export function countFiltered(
  listed: readonly Filtered[],
  away: readonly Filtered[],
): Readonly<Record<Filter, number>> {
  const news = listed.filter(isUnread);
  const count = (filter: keyof typeof wanted) => news.filter(wanted[filter]).length;
  return {
    all: 0,
    unread: news.length,
    // Below another message one is mentioned without anything to be counted.
    mentions: listed.filter(wanted.mentions).length,
    people: count('people'),
    groups: count('groups'),
    archive: away.length,
  };
}
