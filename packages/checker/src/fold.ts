import type { Change, ClientLog, Shown } from './client-log.ts';

interface Misfolded {
  kind: 'misfolded';
  conversation: number;
  seq: number;
  what: string;
}

/**
 * Proves that every device shows each message as the changes that it was told make it, in the order of their seqs, and that
 * all who were told the same ones show the same. That each change reached every device is proved beside it: it is an entry.
 */
export function findMisfolded(logs: readonly ClientLog[]): Misfolded[] {
  const found: Misfolded[] = [];
  /** By the message and its last change. */
  const shownBy = new Map<string, { device: string; words: string }>();
  for (const log of logs) {
    const { changes, shown, threads } = gathered(log);
    for (const [key, told] of changes) {
      told.sort((a, b) => a.seq - b.seq);
      const { conversation, target } = told[0]!;
      const view = shown.get(key);
      // A device that was not there for the message shows none.
      if (view === undefined) continue;
      const at = { conversation, seq: target };
      const expected = { ...folded(told, view), thread: threads.get(key) };
      if (wordsOf(expected) !== wordsOf(view)) {
        const what = `${log.device} shows ${wordsOf(view)} where the changes say ${wordsOf(expected)}`;
        found.push({ kind: 'misfolded', ...at, what });
      }
      const last = `${key} ${told.at(-1)!.seq}`;
      const other = shownBy.get(last);
      if (other !== undefined && other.words !== wordsOf(view)) {
        const what = `${log.device} shows ${wordsOf(view)}, and ${other.device} ${other.words}`;
        found.push({ kind: 'misfolded', ...at, what });
      }
      shownBy.set(last, { device: log.device, words: wordsOf(view) });
    }
  }
  return found;
}

function gathered(log: ClientLog) {
  const changes = new Map<string, Change[]>();
  const shown = new Map<string, Shown>();
  const threads = new Map<string, number>();
  for (const event of log.events) {
    if (event.type === 'delivered' && event.thread !== undefined)
      threads.set(`${event.conversation}/${event.seq}`, event.thread);
    if (event.type === 'shown') shown.set(`${event.conversation}/${event.seq}`, event);
    if (event.type !== 'changed') continue;
    const key = `${event.conversation}/${event.target}`;
    const told = changes.get(key);
    if (told === undefined) changes.set(key, [event]);
    else told.push(event);
  }
  return { changes, shown, threads };
}

function folded(changes: readonly Change[], view: Shown): Shown {
  const { conversation, target } = changes[0]!;
  const edit = changes.findLast(({ kind }) => kind === 'edited');
  if (changes.some(({ kind }) => kind === 'recalled'))
    return { conversation, seq: target, text: '', recalled: true, reactions: {}, pinned: false, votes: [] };
  const reactions: Record<string, number> = {};
  for (const { kind, emoji, count } of changes) if (kind === 'reacted') reactions[emoji!] = count!;
  const { text, mentions } = edit === undefined ? view : { text: edit.text!, mentions: edit.mentions };
  const pinned = changes.findLast(({ kind }) => kind === 'pinned')?.on ?? view.pinned ?? false;
  const votes = changes.findLast(({ kind }) => kind === 'polled')?.counts ?? view.votes ?? [];
  return { conversation, seq: target, text, mentions, recalled: false, reactions, pinned, votes };
}

const wordsOf = ({ text, recalled, mentions = [], reactions, ...more }: Shown): string =>
  JSON.stringify([
    text,
    recalled,
    mentions,
    more.pinned ?? false,
    more.votes ?? [],
    more.thread ?? 0,
    Object.entries(reactions)
      .filter(([, count]) => count > 0)
      .sort(),
  ]);
