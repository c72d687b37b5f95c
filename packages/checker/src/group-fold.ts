import type { ClientLog, GroupState } from './client-log.ts';

interface Misfolded {
  kind: 'misfolded';
  conversation: number;
  seq: number;
  what: string;
}

/**
 * Proves that every device shows each group as the entries which set something of it make it, in the order of their seqs: those
 * that this device was told, and those from before its user came as others were told them.
 */
export function findMisfoldedGroups(logs: readonly ClientLog[]): Misfolded[] {
  const entries = new Map<number, Map<number, GroupState>>();
  for (const { events } of logs)
    for (const event of events)
      if (event.type === 'set') {
        const known = entries.get(event.conversation) ?? new Map<number, GroupState>();
        entries.set(event.conversation, known.set(event.seq, event));
      }
  return logs.flatMap((log) => [...shownBy(log)].flatMap((view) => misfolded(log, view, entries)));
}

/** The groups as a device showed them last, each with the last entry that it was told. */
function shownBy({ events }: ClientLog): Iterable<GroupState & { told: number }> {
  const shown = new Map<number, GroupState & { told: number }>();
  for (const event of events) {
    if (event.type !== 'set' && event.type !== 'groupShown') continue;
    const { conversation, seq, settings } = event;
    const known = shown.get(conversation) ?? { conversation, seq: 0, settings: {}, told: 0 };
    const next = event.type === 'set' ? { told: Math.max(known.told, seq) } : { seq, settings };
    shown.set(conversation, { ...known, ...next });
  }
  return shown.values();
}

function misfolded(
  { device }: ClientLog,
  { conversation, seq, settings, told }: GroupState & { told: number },
  entries: ReadonlyMap<number, ReadonlyMap<number, GroupState>>,
): Misfolded[] {
  const at = { kind: 'misfolded', conversation, seq } as const;
  if (seq < told) return [{ ...at, what: `${device} shows the group as of ${seq} and was told ${told}` }];
  const before = [...(entries.get(conversation)?.values() ?? [])]
    .filter((entry) => entry.seq <= seq)
    .sort((one, other) => one.seq - other.seq);
  const [expected, shown] = [Object.assign({}, ...before.map((entry) => entry.settings)), settings].map(
    wordsOf,
  );
  if (expected === shown) return [];
  return [{ ...at, what: `${device} shows the group as ${shown} where the entries say ${expected}` }];
}

/** What is as in a new group counts as not set. */
const wordsOf = (settings: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    Object.entries(settings)
      .filter(([, value]) => Boolean(value) && value !== 'join')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
