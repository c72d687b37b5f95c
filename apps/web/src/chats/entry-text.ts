import type { GroupSettings, Message } from '@berth/wire';
import type { Text } from '../i18n/catalogue.ts';
import { nameOf, type People } from '../state/people.ts';

/** Names spelled out; of more people their number. */
const maxNames = 3;

/** What an entry that is no message says, in the words of the one who looks. */
export function entryText(
  entry: Message,
  people: Pick<People, 'profile' | 'want'>,
  me: number,
  text: Text,
): string {
  const named = (user: number, you: 'entry.you' | 'entry.you.object'): string => {
    if (user === me) return text(you);
    const profile = people.profile(user);
    if (!profile) people.want(user);
    return profile ? nameOf(profile) : `${user}`;
  };
  const users = entry.users ?? [];
  const name = named(entry.sender, 'entry.you');
  const others =
    users.length > maxNames
      ? text('entry.people', { count: users.length })
      : users
          .map((user) => named(user, 'entry.you.object'))
          .reduce((one, other) => (one === '' ? other : text('entry.pair', { one, other })), '');
  switch (entry.kind) {
    case 'joined':
    case 'left':
      return text(`entry.${entry.kind}`, { name });
    case 'invited':
    case 'removed':
      return text(`entry.${entry.kind}`, { name, others });
    case 'role':
      return text(`entry.role.${entry.role ?? 'member'}`, { name, others });
    case 'muted':
      return text(entry.mutedUntil === 0 ? 'entry.unmuted' : 'entry.muted', { name, others });
    case 'title':
      if (entry.picture !== undefined)
        return text(entry.picture === '' ? 'files.entry.noPicture' : 'files.entry.picture', { name });
      return text('entry.title', { name, title: entry.title ?? '' });
    case 'settings':
      return settingsText(name, entry.settings ?? {}, text);
    default:
      // Of a later version: something happened, and this client does not know what.
      return '';
  }
}

/** One change in words of its own; several are not listed. */
function settingsText(name: string, settings: Partial<GroupSettings>, text: Text): string {
  const { topic, announcements, slowMs } = settings;
  if (Object.keys(settings).length > 1) return text('entry.settings', { name });
  if (topic) return text('entry.topic', { name, topic });
  if (announcements !== undefined)
    return text(`entry.announcements.${announcements ? 'on' : 'off'}`, { name });
  if (slowMs !== undefined) return text(`entry.slow.${slowMs > 0 ? 'on' : 'off'}`, { name });
  return text('entry.settings', { name });
}
