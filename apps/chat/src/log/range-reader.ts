import type { Attachment, EntryDetails, Message } from '@berth/wire';
import type { SeqRange } from '../membership/visible-seqs.ts';
import { readAttachments } from '../stores/attachment-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';
import type { NewEntry } from './append-entries.ts';
import { entryMessage } from './deliver-frame.ts';
import { type EditedText, readEditedTexts } from './edited-texts.ts';
import { entryKinds, textKind } from './entry-kinds.ts';
import { parseState } from './message-state.ts';
import type { MessageIdentity } from './message-store.ts';

/** An entry with what became of it, and the bytes of its JSON. Shared by all who read it. */
export interface StoredMessage {
  message: Message;
  bytes: number;
  /** Entries up to it, and with it, that no person counts. */
  uncounted: number;
  /** When the newest entry up to it that shows was sent: its own time, unless it shows nothing at the end. */
  at: number;
}

export interface RangeReaderOptions {
  mysql: Database;
  /** Of cached messages at most. Default 32 MiB. */
  maxCachedBytes?: number;
}

/** Messages are read in blocks of so many seqs, aligned, so that those who want about the same share one read. */
const blockSize = 64;
const bytesPerMessage = 200;

/** The messages of one block from its first seq on, as far as they were written when it was read. */
interface Block {
  /** Messages were changed by entries up to this one when it was read, or by later ones. */
  changed: number;
  messages: readonly StoredMessage[];
  bytes: number;
}

interface MessageRow {
  conversation_id: number;
  seq: number;
  sender_id: number;
  cid: Buffer;
  sent_at: number;
  reply_to: number | null;
  text: string;
  kind: number;
  uncounted: number;
  attachments: number;
  state: string | null;
  thread_root: number | null;
}

interface Place {
  conversation: number;
  seq: number;
}

/** Which conversation, and the entry that changed a message of it last. */
export interface Changing {
  id: number;
  changed: number;
}

const columns =
  'conversation_id, seq, sender_id, cid, sent_at, reply_to, text, kind, uncounted, state, attachments, thread_root';

/**
 * Reads ranges of messages, each once for all on this node who ask for it. What was read is kept until a message of the
 * conversation has changed since, the least recently used dropped first.
 */
export class RangeReader {
  readonly #mysql: Database;
  readonly #loader: CoalescingLoader<string, StoredMessage[]>;
  readonly #maxCachedBytes: number;
  readonly #blocks = new Map<string, Block>();
  readonly #loading = new Map<string, Promise<Block>>();
  #bytes = 0;

  constructor({ mysql, maxCachedBytes = 32 * 1024 * 1024 }: RangeReaderOptions) {
    this.#mysql = mysql;
    this.#maxCachedBytes = maxCachedBytes;
    this.#loader = new CoalescingLoader({ maxKeys: 16, read: (keys) => readBlocks(mysql, keys) });
  }

  /** Bytes of cached messages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The messages of the ranges, in their order. No range may go beyond a head that was read before, with `changed`. */
  async read(conversation: Changing, ranges: readonly SeqRange[]): Promise<StoredMessage[]> {
    const parts = await Promise.all(ranges.map((range) => this.#readRange(conversation, range)));
    return parts.flat();
  }

  /** One message of each conversation, where there is one; `changed` as it was read with the head. */
  async readAt(places: readonly (Place & { changed: number })[]): Promise<Map<number, StoredMessage>> {
    const found = new Map<number, StoredMessage>();
    const missing = places.filter(({ conversation, seq, changed }) => {
      const stored = this.#cached(conversation, seq, changed);
      if (stored !== undefined) found.set(conversation, stored);
      return seq > 0 && stored === undefined;
    });
    await inChunks(missing, 64, async (chunk) => {
      const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
      const rows = await this.#mysql.rows<MessageRow>(
        `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY) WHERE ${any}`,
        chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
      );
      for (const stored of await storedMessagesOf(this.#mysql, rows))
        found.set(stored.message.conversation, stored);
    });
    return found;
  }

  /** Whether a message is stored by its sender's name of it. */
  async isStored({ conversation, sender, cid }: MessageIdentity): Promise<boolean> {
    const rows = await this.#mysql.rows(
      'SELECT seq FROM messages WHERE conversation_id = ? AND sender_id = ? AND cid = ?',
      [conversation, sender, cid],
    );
    return rows.length > 0;
  }

  /** Some messages of any conversations, in no order; they are not kept. */
  async readPlaces(places: readonly Place[]): Promise<StoredMessage[]> {
    const found: StoredMessage[] = [];
    await inChunks(places, 64, async (chunk) => {
      const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
      const rows = await this.#mysql.rows<MessageRow>(
        `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY) WHERE ${any}`,
        chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
      );
      found.push(...(await storedMessagesOf(this.#mysql, rows)));
    });
    return found;
  }

  /** Some messages of one conversation, in the order of their seqs; they are not kept. */
  async readSeqs(conversation: number, seqs: readonly number[]): Promise<StoredMessage[]> {
    const found: StoredMessage[] = [];
    await inChunks(seqs, 128, async (chunk) => {
      const rows = await this.#mysql.rows<MessageRow>(
        `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY)
         WHERE conversation_id = ? AND seq IN (${marks(chunk.length)}) ORDER BY seq`,
        [conversation, ...chunk],
      );
      found.push(...(await storedMessagesOf(this.#mysql, rows)));
    });
    return found;
  }

  /** The newest message of a range: one look from its end on. */
  async newestText(conversation: number, { from, to }: SeqRange): Promise<StoredMessage | undefined> {
    const rows = await this.#mysql.rows<MessageRow>(
      `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY)
       WHERE conversation_id = ? AND seq BETWEEN ? AND ? AND kind = ${textKind} ORDER BY seq DESC LIMIT 1`,
      [conversation, from, to],
    );
    return (await storedMessagesOf(this.#mysql, rows))[0];
  }

  /** By `placeKey`: of the entries up to each place those that no person counts. */
  async uncountedAt(places: readonly Place[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const missing = places.filter(({ conversation, seq }) => {
      const uncounted = seq === 0 ? 0 : this.#cached(conversation, seq)?.uncounted;
      if (uncounted !== undefined) found.set(placeKey(conversation, seq), uncounted);
      return uncounted === undefined;
    });
    await inChunks(missing, 64, async (chunk) => {
      const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
      const rows = await this.#mysql.rows<MessageRow>(
        `SELECT conversation_id, seq, uncounted FROM messages FORCE INDEX (PRIMARY) WHERE ${any}`,
        chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
      );
      for (const { conversation_id, seq, uncounted } of rows) {
        found.set(placeKey(conversation_id, seq), uncounted);
      }
    });
    return found;
  }

  /** What no person counts does not change; what the message says does. */
  #cached(conversation: number, seq: number, changed = 0): StoredMessage | undefined {
    const block = this.#blocks.get(`${conversation}:${blockOf(seq)}`);
    if (block === undefined || block.changed < changed) return undefined;
    return block.messages.find(({ message }) => message.seq === seq);
  }

  async #readRange(conversation: Changing, { from, to }: SeqRange): Promise<StoredMessage[]> {
    const blocks: Promise<Block>[] = [];
    for (let number = blockOf(from); number <= blockOf(to); number++) {
      blocks.push(this.#block(conversation, number, Math.min(to, (number + 1) * blockSize)));
    }
    const messages = (await Promise.all(blocks)).flatMap((block) => block.messages);
    return messages.filter(({ message }) => message.seq >= from && message.seq <= to);
  }

  /** A block that reaches at least up to `seq`, as of `changed` or later. */
  async #block({ id, changed }: Changing, number: number, seq: number): Promise<Block> {
    const key = `${id}:${number}`;
    const reaches = (block: Block | undefined): block is Block =>
      block !== undefined && block.changed >= changed && (block.messages.at(-1)?.message.seq ?? 0) >= seq;
    const cached = this.#blocks.get(key);
    if (reaches(cached)) {
      this.#blocks.delete(key);
      this.#blocks.set(key, cached);
      return cached;
    }
    const loading = await this.#loading.get(key);
    return reaches(loading) ? loading : this.#load(key, changed);
  }

  #load(key: string, changed: number): Promise<Block> {
    const loading = this.#loader.load(key).then((messages = []) => {
      const block = {
        changed,
        messages,
        bytes: messages.reduce((sum, { bytes }) => sum + bytes + bytesPerMessage, 0),
      };
      this.#keep(key, block);
      return block;
    });
    this.#loading.set(key, loading);
    const forget = () => {
      if (this.#loading.get(key) === loading) this.#loading.delete(key);
    };
    loading.then(forget, forget);
    return loading;
  }

  #keep(key: string, block: Block): void {
    this.#bytes += block.bytes - (this.#blocks.get(key)?.bytes ?? 0);
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    for (const [oldest, { bytes }] of this.#blocks) {
      if (this.#bytes <= this.#maxCachedBytes) break;
      this.#blocks.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}

export const placeKey = (conversation: number, seq: number): string => `${conversation}:${seq}`;

/** Seqs begin at 1. */
const blockOf = (seq: number): number => Math.floor((seq - 1) / blockSize);

async function readBlocks(mysql: Database, keys: string[]): Promise<Map<string, StoredMessage[]>> {
  const any = Array(keys.length).fill('(conversation_id = ? AND seq BETWEEN ? AND ?)').join(' OR ');
  const rows = await mysql.rows<MessageRow>(
    `SELECT ${columns} FROM messages FORCE INDEX (PRIMARY) WHERE ${any} ORDER BY conversation_id, seq`,
    keys.flatMap((key) => {
      const [conversation, number] = key.split(':').map(Number);
      return [conversation!, number! * blockSize + 1, (number! + 1) * blockSize];
    }),
  );
  const blocks = new Map<string, StoredMessage[]>();
  for (const message of await storedMessagesOf(mysql, rows)) {
    const key = `${message.message.conversation}:${blockOf(message.message.seq)}`;
    const block = blocks.get(key);
    if (block === undefined) blocks.set(key, [message]);
    else block.push(message);
  }
  return blocks;
}

/** Entries that edited a message tell what it says now: read with it, or once for those that are not among these. */
async function storedMessagesOf(mysql: Database, rows: readonly MessageRow[]): Promise<StoredMessage[]> {
  const details = rows.map((row) => (row.kind === textKind ? undefined : detailsOf(row)));
  const edits = rows.flatMap((row, index) =>
    row.kind === editedKind ? [{ conversation: row.conversation_id, seq: details[index]!.target! }] : [],
  );
  const texts = await readEditedTexts(mysql, edits);
  const attached = rows.flatMap((row) =>
    row.attachments === 0 ? [] : [{ conversation: row.conversation_id, seq: row.seq }],
  );
  const files = await readAttachments(mysql, attached);
  return rows.map((row, index) => {
    const { uncounted, sent_at: at } = row;
    const entry = details[index];
    const message =
      entry === undefined
        ? textOf(row, files.get(placeKey(row.conversation_id, row.seq)))
        : entryOf(row, row.kind === editedKind ? { ...entry, ...texts.get(placeOf(row, entry)) } : entry);
    return { message, bytes: toldSize(message), uncounted, at };
  });
}

/** Bytes of a message as it is told. */
export const toldSize = (message: Message): number =>
  Buffer.byteLength(JSON.stringify(message)) + toldBytes(message);

/** What is added for the one who is told: which reactions are theirs, a line in place of what was taken back. */
const toldBytes = ({ reactions = [], recalledBy }: Message): number =>
  reactions.filter(({ count, users }) => count > users.length).length * 12 +
  (recalledBy === undefined ? 0 : 40);

/** What a kind holds that a later release made is not for this one to read. */
const detailsOf = ({ kind, text }: MessageRow): EntryDetails =>
  entryKinds[kind] === undefined ? {} : (JSON.parse(text) as EntryDetails);

const placeOf = ({ conversation_id }: MessageRow, { target = 0 }: EntryDetails): string =>
  placeKey(conversation_id, target);

const editedKind = entryKinds.indexOf('edited');

const textOf = (row: MessageRow, attachments: Attachment[] | undefined): Message => ({
  conversation: row.conversation_id,
  seq: row.seq,
  sender: row.sender_id,
  cid: row.cid.toString(),
  sentAt: row.sent_at,
  text: row.text,
  ...(row.reply_to !== null && { replyTo: row.reply_to }),
  ...(row.thread_root !== null && { thread: row.thread_root }),
  ...(attachments && { attachments }),
  ...parseState(row.state),
});

const entryOf = (row: MessageRow, details: EntryDetails & Partial<EditedText>): Message =>
  entryMessage({
    conversation: row.conversation_id,
    seq: row.seq,
    sender: row.sender_id,
    sentAt: row.sent_at,
    // Of a later release: it has its place, and shows nothing. Without a kind it would be told as a text.
    kind: (entryKinds[row.kind] ?? 'fence') as NewEntry['kind'],
    details,
  });
