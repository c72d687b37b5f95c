import type { Message, SetSettings } from '@berth/wire';

/** What is set of a group after an entry of its log. What was told of it with the entry in it changes nothing. */
export function applySettings(settings: SetSettings | undefined, entry: Message): SetSettings | undefined {
  if (entry.kind !== 'settings' || entry.seq <= (settings?.seq ?? 0)) return settings;
  return { ...settings, ...entry.settings, seq: entry.seq };
}
