import type { AttachmentKind } from '@berth/wire';
import type { RangeReader, StoredMessage } from '../log/range-reader.ts';
import type { SeqRange, VisibleSeqs } from '../membership/visible-seqs.ts';
import { attachmentKinds } from '../stores/attachment-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';

type What = 'media' | 'audio' | 'files' | 'links';

const kindsOf: Record<Exclude<What, 'links'>, readonly AttachmentKind[]> = {
  media: ['image', 'video'],
  audio: ['audio', 'voice'],
  files: ['file'],
};

const hasLink = "(text LIKE '%http://%' OR text LIKE '%https://%')";

/** Texts that one page looks through for links at most: whoever scrolls on asks again. */
const maxScanned = 2_000;

/** What was shared in a conversation, the newest first. */
export class SharedFiles {
  readonly #mysql: Database;
  readonly #ranges: RangeReader;

  constructor({ mysql, ranges }: { mysql: Database; ranges: RangeReader }) {
    this.#mysql = mysql;
    this.#ranges = ranges;
  }

  /** Ascending, below `before`; `next` goes on where this page ends. */
  async page(wanted: {
    conversation: number;
    what: What;
    visible: VisibleSeqs;
    before: number | undefined;
    limit: number;
  }): Promise<{ messages: StoredMessage[]; next?: number }> {
    const { conversation, what, visible, before = visible.head + 1, limit } = wanted;
    // Without bounds: what is between the intervals is left out afterwards, of links as of files.
    const scanned = what === 'links' ? maxScanned : Number.MAX_SAFE_INTEGER;
    const ranges = visible.rangesBefore(before, scanned);
    const seqs: number[] = [];
    for (const range of ranges.toReversed()) {
      if (seqs.length >= limit) break;
      const left = limit - seqs.length;
      seqs.push(...(await this.#seqsIn(conversation, { what, upTo: visible.upTo }, range, left)));
    }
    const messages = await this.#ranges.readSeqs(conversation, seqs);
    const last = seqs.length >= limit ? seqs.at(-1) : what === 'links' ? ranges[0]?.from : undefined;
    return { messages, ...(last !== undefined && last > visible.first && { next: last }) };
  }

  /** The newest first. */
  async #seqsIn(
    conversation: number,
    { what, upTo }: { what: What; upTo: number | undefined },
    { from, to }: SeqRange,
    limit: number,
  ): Promise<number[]> {
    const bounds = [conversation, from, to];
    if (what === 'links') {
      // Whoever sees what was there once sees links, too, that have been edited away since.
      const before = `OR seq IN (SELECT target_seq FROM message_versions
        WHERE conversation_id = ? AND target_seq BETWEEN ? AND ? AND seq > ? AND ${hasLink})`;
      const rows = await this.#mysql.rows<{ seq: number }>(
        `SELECT seq FROM messages FORCE INDEX (PRIMARY) WHERE conversation_id = ? AND seq BETWEEN ? AND ? AND kind = 0
           AND (${hasLink} ${upTo === undefined ? '' : before}) ORDER BY seq DESC LIMIT ${limit}`,
        upTo === undefined ? bounds : [...bounds, ...bounds, upTo],
      );
      return rows.map(({ seq }) => seq);
    }
    const kinds = kindsOf[what].map((kind) => attachmentKinds.indexOf(kind));
    const rows = await this.#mysql.rows<{ seq: number }>(
      `SELECT DISTINCT seq FROM attachments WHERE conversation_id = ? AND seq BETWEEN ? AND ?
         AND kind IN (${marks(kinds.length)}) ORDER BY seq DESC LIMIT ${limit}`,
      [...bounds, ...kinds],
    );
    return rows.map(({ seq }) => seq);
  }
}
