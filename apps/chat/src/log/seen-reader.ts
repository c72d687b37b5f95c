import { BerthError, type EntryDetails, type Mention, type Message } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';
import { type ChangeKind, entryKinds } from './entry-kinds.ts';
import { chosenBy, messageAt, type PastAct, type PastWords, pinnedBy, reactedBy } from './message-past.ts';
import { type RangeReader, type StoredMessage, toldSize } from './range-reader.ts';
import { inPlaceOf, isUnseen } from './unseen-changes.ts';

interface ActRow {
  seq: number;
  kind: number;
  sender_id: number;
  text: string;
}

interface VersionRow {
  target_seq: number;
  text: string;
  mentions: string | null;
}

/** Undefined: as things are. */
type UpTo = number | undefined;

/** What somebody sees of a conversation, and whether they see nothing that came after an entry. */
export interface Seen {
  has(seq: number): boolean;
  upTo: UpTo;
}

const stateKinds: readonly ChangeKind[] = ['edited', 'reacted', 'pinned', 'polled'];

/**
 * Messages as somebody sees them: nothing of what was done to those that they do not see; and as they were when the log ended with a
 * certain entry, for whoever sees nothing that came later. What has not changed since is told as it is; of anything else the changes
 * up to then are read from the log, which takes the longer the older the message is. What was taken back since is gone.
 */
export class SeenReader {
  readonly #mysql: Database;
  readonly #ranges: Pick<RangeReader, 'readSeqs'>;

  constructor({ mysql, ranges }: { mysql: Database; ranges: Pick<RangeReader, 'readSeqs'> }) {
    this.#mysql = mysql;
    this.#ranges = ranges;
  }

  /** Some messages of one conversation, in the order of their seqs. */
  async readSeqs(
    conversation: number,
    seqs: readonly number[],
    seen: Seen,
  ): Promise<readonly StoredMessage[]> {
    return this.stored(await this.#ranges.readSeqs(conversation, seqs), seen);
  }

  /** Of one conversation, of those that are seen. */
  async stored(stored: readonly StoredMessage[], seen: Seen): Promise<readonly StoredMessage[]> {
    const messages = stored.map(({ message }) => message);
    const then = await this.messages(messages, seen);
    if (then === messages) return stored;
    return stored.map((one, index) => {
      const message = then[index]!;
      return message === one.message ? one : { ...one, message, bytes: toldSize(message) };
    });
  }

  async messages(all: readonly Message[], seen: Seen): Promise<readonly Message[]> {
    const isAll = !all.some((message) => isUnseen(message, seen));
    const messages = isAll
      ? all
      : all.map((message) => (isUnseen(message, seen) ? inPlaceOf(message) : message));
    return seen.upTo === undefined ? messages : this.#messagesAt(messages, seen.upTo);
  }

  async #messagesAt(messages: readonly Message[], upTo: number): Promise<readonly Message[]> {
    const [first] = messages;
    if (first === undefined) return messages;
    const { conversation } = first;
    const known = new Map(messages.map((message) => [message.seq, message]));
    const edited = messages.flatMap(({ kind, target }) =>
      kind === 'edited' && target !== undefined && !known.has(target) ? [target] : [],
    );
    for (const { message } of await this.#ranges.readSeqs(conversation, [...new Set(edited)]))
      known.set(message.seq, message);
    const pasts = await this.#pastsOf(
      conversation,
      [...known.values()].filter((message) => hasChanged(message, upTo)),
      upTo,
    );
    if (pasts.size === 0) return messages;
    return messages.map((message) => {
      const past = pasts.get(message.kind === 'edited' ? message.target! : message.seq);
      if (past === undefined) return message;
      if (message.kind !== 'edited') return past;
      // Such an entry tells what the message says.
      const { mentions: _, ...entry } = message;
      return { ...entry, text: past.text, ...(past.mentions && { mentions: past.mentions }) };
    });
  }

  /** Who reacted to a message then; undefined: as things are. In the order of emoji and user. */
  async reactions(
    conversation: number,
    target: number,
    upTo: UpTo,
  ): Promise<{ emoji: string; user: number }[] | undefined> {
    const acts = await this.#actsOfOne(conversation, target, upTo);
    if (acts === undefined) return undefined;
    return [...reactedBy(acts)]
      .map(([emoji, users]) => ({ emoji, bytes: Buffer.from(emoji), users }))
      .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
      .flatMap(({ emoji, users }) => users.sort((a, b) => a - b).map((user) => ({ emoji, user })));
  }

  /** Who chose what in a poll then; undefined: as things are. In the order of option and user. */
  async votes(
    conversation: number,
    target: number,
    upTo: UpTo,
  ): Promise<{ option: number; user: number }[] | undefined> {
    const acts = await this.#actsOfOne(conversation, target, upTo);
    if (acts === undefined) return undefined;
    return [...chosenBy(acts)]
      .flatMap(([user, options]) => [...options].map((option) => ({ option, user })))
      .sort((one, other) => one.option - other.option || one.user - other.user);
  }

  /** What was pinned then, the last one first. */
  async pins(conversation: number, upTo: number): Promise<{ target: number; seq: number }[]> {
    return pinnedBy(await this.#acts({ conversation, after: 0, upTo, kinds: ['pinned', 'recalled'] }));
  }

  /** Undefined: it has not changed since. Throws `not_found` for what is no message, or is none any more. */
  async #actsOfOne(conversation: number, target: number, upTo: UpTo): Promise<PastAct[] | undefined> {
    if (upTo === undefined) return undefined;
    const [stored] = await this.#ranges.readSeqs(conversation, [target]);
    if (stored === undefined) throw new BerthError('not_found');
    if (!hasChanged(stored.message, upTo)) return undefined;
    const of = { conversation, after: target, upTo, kinds: stateKinds, targets: [target] };
    return this.#acts(of);
  }

  async #pastsOf(
    conversation: number,
    messages: readonly Message[],
    upTo: number,
  ): Promise<Map<number, Message>> {
    const pasts = new Map<number, Message>();
    if (messages.length === 0) return pasts;
    const targets = messages.map(({ seq }) => seq);
    const of = { conversation, after: Math.min(...targets), upTo, kinds: stateKinds, targets };
    const acts = Map.groupBy(await this.#acts(of), ({ details }) => details.target!);
    const words = await this.#wordsBefore(conversation, targets, upTo);
    for (const message of messages)
      pasts.set(message.seq, messageAt(message, acts.get(message.seq) ?? [], words.get(message.seq)));
    return pasts;
  }

  /** In their order; of any messages, unless some are named. */
  async #acts({
    conversation,
    after,
    upTo,
    kinds,
    targets,
  }: {
    conversation: number;
    after: number;
    upTo: number;
    kinds: readonly ChangeKind[];
    targets?: readonly number[];
  }): Promise<PastAct[]> {
    const found: PastAct[] = [];
    const numbers = kinds.map((kind) => entryKinds.indexOf(kind)).join(', ');
    const read = async (some: readonly number[] | undefined) => {
      const named =
        some === undefined
          ? ''
          : `AND CAST(JSON_EXTRACT(text, '$.target') AS UNSIGNED) IN (${marks(some.length)})`;
      const rows = await this.#mysql.rows<ActRow>(
        `SELECT seq, kind, sender_id, text FROM messages FORCE INDEX (PRIMARY)
         WHERE conversation_id = ? AND seq > ? AND seq <= ? AND kind IN (${numbers}) ${named} ORDER BY seq`,
        [conversation, after, upTo, ...(some ?? [])],
      );
      for (const { seq, kind, sender_id: sender, text } of rows)
        found.push({
          ...{ seq, kind: entryKinds[kind] as ChangeKind, sender },
          details: JSON.parse(text) as EntryDetails & { sentAt: number },
        });
    };
    if (targets === undefined) await read(undefined);
    else await inChunks(targets, 64, read);
    return found;
  }

  /** What messages said until they were edited for the first time after an entry, as far as it was kept. */
  async #wordsBefore(
    conversation: number,
    targets: readonly number[],
    upTo: number,
  ): Promise<Map<number, PastWords>> {
    const words = new Map<number, PastWords>();
    await inChunks(targets, 64, async (chunk) => {
      const rows = await this.#mysql.rows<VersionRow>(
        `SELECT target_seq, text, mentions FROM message_versions
         WHERE conversation_id = ? AND target_seq IN (${marks(chunk.length)}) AND seq > ? ORDER BY target_seq, seq`,
        [conversation, ...chunk, upTo],
      );
      for (const { target_seq, text, mentions } of rows)
        if (!words.has(target_seq))
          words.set(target_seq, {
            text,
            mentions: mentions === null ? undefined : (JSON.parse(mentions) as Mention[]),
          });
    });
    return words;
  }
}

/** Since then, and there is something left of it. */
const hasChanged = ({ kind, changed = 0, recalledBy }: Message, upTo: number): boolean =>
  kind === undefined && changed > upTo && recalledBy === undefined;
