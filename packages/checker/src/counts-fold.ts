import type { ClientEvent, ClientLog, Counted, ThreadShown } from './client-log.ts';

interface Misfolded {
  kind: 'misfolded';
  conversation: number;
  seq: number;
  what: string;
}

type Delivered = Extract<ClientEvent, { type: 'delivered' }>;

/** Mentions that are told at most. */
const maxMentions = 50;
const everybody = 0;

/**
 * Proves that what every device is told, and shows, of what is unread, who is meant and what stands in threads is what the entries
 * make it that this device was told, and what its user has read. That every entry reached every device is proved beside it.
 */
export function findMiscounted(logs: readonly ClientLog[]): Misfolded[] {
  const marks = new Map<number, Map<string, number>>();
  for (const { user, events } of logs)
    for (const event of events) {
      if (event.type !== 'threadRead') continue;
      const own = marks.get(user) ?? new Map<string, number>();
      marks.set(user, own);
      raise(own, keyOf(event.conversation, event.root), event.read);
    }
  return logs.flatMap((log) => {
    const told = entriesOf(log);
    const counts = log.events.filter((event) => event.type === 'counted');
    // Of one that has not looked at everything in the end it is not said that it was told everything.
    const isJudged = counts.some(({ settled }) => settled);
    return [
      ...(isJudged ? counts.flatMap((view) => miscounted(log, view, told)) : []),
      ...misfoldedThreads(log, told, marks.get(log.user) ?? new Map()),
    ];
  });
}

/** What one device was told of messages. */
interface Entries {
  /** By conversation, in no order: whatever was delivered. */
  messages: Map<number, Delivered[]>;
  /** By `keyOf` the entries that changed messages: they show where those stand. */
  changes: Set<string>;
  /** By `keyOf` whom a message means now, where it says something else now. */
  meant: Map<string, readonly number[]>;
}

function entriesOf({ events }: ClientLog): Entries {
  const messages = new Map<number, Delivered[]>();
  const changes: Extract<ClientEvent, { type: 'changed' }>[] = [];
  for (const event of events) {
    if (event.type === 'changed') changes.push(event);
    if (event.type !== 'delivered' || event.counted === undefined) continue;
    const known = messages.get(event.conversation);
    if (known === undefined) messages.set(event.conversation, [event]);
    else known.push(event);
  }
  const meant = new Map<string, readonly number[]>();
  const changed = new Set(changes.map(({ conversation, seq }) => keyOf(conversation, seq)));
  const recalled = new Set<string>();
  for (const { conversation, target, kind, mentions } of changes.sort((a, b) => a.seq - b.seq)) {
    const key = keyOf(conversation, target);
    if (kind === 'recalled') recalled.add(key);
    if (kind === 'recalled' || kind === 'edited') meant.set(key, recalled.has(key) ? [] : (mentions ?? []));
  }
  return { messages, changes: changed, meant };
}

function miscounted({ device, user }: ClientLog, view: Counted, entries: Entries): Misfolded[] {
  const { messages, meant } = entries;
  const { conversation, head, read } = view;
  const there = (messages.get(conversation) ?? []).filter(({ seq }) => seq <= head);
  // Who wrote the last message has read what was there before it, however far the mark has come.
  const unread = hasWrittenLast(user, there, entries) ? [] : there.filter(({ seq }) => seq > read);
  const count = unread.filter(({ counted }) => counted).length;
  const at = { kind: 'misfolded', conversation, seq: head } as const;
  const found: Misfolded[] = [];
  const above = `${device} at ${head}, read up to ${read},`;
  if (view.unread !== count) found.push({ ...at, what: `${above} shows ${view.unread} unread of ${count}` });
  if (!view.settled) return found;
  const mentions = unread
    .filter(({ seq, sender, mentions: first = [] }) => {
      const now = meant.get(keyOf(conversation, seq)) ?? first;
      return sender !== user && now.some((one) => one === user || one === everybody);
    })
    .map(({ seq }) => seq)
    .sort((a, b) => a - b)
    .slice(0, maxMentions);
  if (String(mentions) !== String(view.mentions))
    found.push({ ...at, what: `${above} shows mentions ${view.mentions} where there are ${mentions}` });
  return found;
}

function hasWrittenLast(user: number, entries: readonly Delivered[], { changes }: Entries): boolean {
  const shows = ({ conversation, seq, text }: Delivered) =>
    text !== 'fence' && !changes.has(keyOf(conversation, seq));
  const last = entries
    .filter(shows)
    .reduce<Delivered | undefined>((newest, one) => (one.seq > (newest?.seq ?? 0) ? one : newest), undefined);
  return last?.counted === true && last.sender === user;
}

function misfoldedThreads(
  { device, user, events }: ClientLog,
  { messages, meant }: Entries,
  marks: ReadonlyMap<string, number>,
): Misfolded[] {
  const shown = new Map<string, ThreadShown>();
  for (const event of events)
    if (event.type === 'threadShown') shown.set(keyOf(event.conversation, event.root), event);
  return [...messages.values()].flatMap((all) => {
    const authors = new Map(all.map(({ seq, sender }) => [seq, sender]));
    const threads = Map.groupBy(
      all.filter(({ thread }) => thread !== undefined && authors.has(thread)),
      ({ thread }) => thread!,
    );
    return [...threads].flatMap(([root, replies]): Misfolded[] => {
      const { conversation } = replies[0]!;
      const key = keyOf(conversation, root);
      const view = shown.get(key);
      const seqs = replies.map(({ seq }) => seq);
      const own = replies.filter(({ sender }) => sender === user).map(({ seq }) => seq);
      const isAnother = ({ seq }: Delivered) => meant.has(keyOf(conversation, seq));
      const isConcerned =
        authors.get(root) === user ||
        replies.some((reply) => !isAnother(reply) && reply.mentions?.includes(user));
      const reads = [...own, ...(isConcerned ? [0] : []), ...optional(marks.get(key))];
      // Whom words meant first that are others now, one who came later was not told.
      const isSure = reads.length > 0 || !replies.some(isAnother);
      const expected = {
        ...{ count: seqs.length, last: Math.max(...seqs) },
        read: reads.length === 0 ? undefined : Math.max(...reads),
      };
      const wordsOf = ({ count, last, read }: Omit<ThreadShown, 'conversation' | 'root' | 'settled'>) =>
        // What was read on another device may not have been heard of.
        JSON.stringify([count, last, view?.settled && isSure ? read : 'any']);
      if (view !== undefined && wordsOf(view) === wordsOf(expected)) return [];
      const [is, should] = [view === undefined ? 'nothing' : wordsOf(view), wordsOf(expected)];
      const what = `${device} shows ${is} below the message where the entries say ${should}`;
      return [{ kind: 'misfolded', conversation, seq: root, what }];
    });
  });
}

function raise(marks: Map<string, number>, key: string, mark: number): void {
  marks.set(key, Math.max(mark, marks.get(key) ?? 0));
}

const keyOf = (conversation: number, seq: number): string => `${conversation}/${seq}`;

const optional = (mark: number | undefined): number[] => (mark === undefined ? [] : [mark]);
