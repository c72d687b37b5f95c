import type { ClientLog } from '@berth/checker';
import {
  applyChange,
  applyReply,
  applySettings,
  type BerthClient,
  type ConversationSummary,
  type Mention,
  type Message,
  type SetSettings,
} from '@berth/client';

/** Writes down what a client is told, and what its user would be shown of it, as the web client folds it. */
export function keepLog(client: BerthClient, user: number, log: ClientLog): void {
  const messages = new Map<string, Message>();
  const showThread = ({ conversation, seq: root, replies }: Message) => {
    if (replies) log.threadShown({ conversation, root, ...replies, settled: false });
  };
  client.on('message', ({ message }) => {
    const { conversation, seq, thread } = message;
    messages.set(keyOf(conversation, seq), message);
    showThread(message);
    log.delivered(deliveredOf(message));
    const below = thread === undefined ? undefined : messages.get(keyOf(conversation, thread));
    if (below === undefined) return;
    const next = applyReply(below, message, user);
    messages.set(keyOf(conversation, below.seq), next);
    showThread(next);
  });
  client.on('threadMarked', ({ conversation, root, read }) => {
    const below = messages.get(keyOf(conversation, root));
    if (!below?.replies || read <= (below.replies.read ?? -1)) return;
    const next = { ...below, replies: { ...below.replies, read } };
    messages.set(keyOf(conversation, root), next);
    showThread(next);
  });
  const settings = new Map<number, SetSettings>();
  const setTo = (conversation: number, next: SetSettings | undefined) => {
    if (next === undefined || next.seq <= (settings.get(conversation)?.seq ?? 0)) return;
    settings.set(conversation, next);
    const { seq, ...set } = next;
    log.groupShown({ conversation, seq, settings: set });
  };
  client.on('conversations', ({ conversations }) => {
    for (const summary of conversations) {
      setTo(summary.conversation, summary.settings);
      count(log, summary, false);
    }
  });
  client.on('entry', ({ entry }) => {
    const { conversation, seq } = entry;
    log.delivered({ ...entry, cid: `entry ${seq}`, text: entry.kind!, counted: false, mentions: [] });
    if (entry.settings) log.set({ conversation, seq, settings: { ...entry.settings } });
    setTo(conversation, applySettings(settings.get(conversation), entry));
  });
  client.on('change', ({ change }) => {
    const { seq, kind, target } = change;
    const told = { cid: `entry ${seq}`, text: `${kind} ${target}`, counted: false, mentions: [] };
    log.delivered({ ...change, ...told });
    log.changed({
      ...change,
      ...(kind === 'edited' ? { mentions: meantBy(change.mentions) } : undefined),
    } as Parameters<ClientLog['changed']>[0]);
    const key = keyOf(change.conversation, target);
    const message = messages.get(key);
    if (message === undefined) return;
    const next = applyChange(message, change, user);
    messages.set(key, next);
    show(log, next);
    showThread(next);
  });
}

/**
 * Asks on a device for everything anew, once nothing happens any more: what is unread, who is meant, each message as it is and
 * what stands in its thread.
 */
export async function logAnew(client: BerthClient, log: ClientLog, conversation: number): Promise<void> {
  count(log, (await client.request('conversation', { conversation })).conversation, true);
  const pages = client.history(conversation, { pageSize: 200 });
  while (!pages.done) {
    for (const message of await pages.next()) {
      if (message.kind !== undefined) continue;
      if (message.changed !== undefined) show(log, message);
      const { seq: root, replies } = message;
      if (replies) log.threadShown({ conversation, root, ...replies, settled: true });
    }
  }
}

/** What it said at first is not told any more of what was changed. */
function deliveredOf(message: Message): Parameters<ClientLog['delivered']>[0] {
  const { editedAt, recalledBy, text, thread, mentions, ...rest } = message;
  return {
    ...rest,
    text: editedAt === undefined && recalledBy === undefined ? text : undefined,
    counted: thread === undefined,
    thread,
    mentions: meantBy(mentions) ?? [],
  };
}

function show(log: ClientLog, message: Message): void {
  const { conversation, seq, text, recalledBy, mentions, reactions = [], pinned, poll, thread } = message;
  const counts = Object.fromEntries(reactions.map(({ emoji, count }) => [emoji, count]));
  const shown = { conversation, seq, text, mentions: meantBy(mentions), reactions: counts, thread };
  const state = { recalled: recalledBy !== undefined, pinned: pinned !== undefined };
  log.shown({ ...shown, ...state, votes: poll?.counts ?? [] });
}

function count(log: ClientLog, summary: ConversationSummary, settled: boolean): void {
  const { conversation, head, read, unread, mentions = [] } = summary;
  log.counted({ conversation, head, read, unread, mentions, settled });
}

/** Whom a message means, in the order of its words. */
const meantBy = (mentions: readonly Mention[] | undefined): number[] | undefined =>
  mentions?.map(({ user }) => user);

const keyOf = (conversation: number, seq: number): string => `${conversation}/${seq}`;
