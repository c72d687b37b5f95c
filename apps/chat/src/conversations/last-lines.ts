import type { Message } from '@berth/wire';
import type { FileLines } from '../log/file-lines.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { placeKey, type RangeReader } from '../log/range-reader.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';

/** Who looks, and whether with a client that knows entries which are no messages. */
export interface Viewer {
  user: number;
  entries: boolean;
  /** And whether it shows attachments. */
  files?: boolean;
}

/** Entries looked at behind the head, for one that shows; with so many fences in a row there is no last line. */
const lookBack = 64;

/** Whether a client shows an entry: no fence, and nothing that it does not know. */
export const shows = ({ kind }: Message, { entries }: Pick<Viewer, 'entries'>): boolean =>
  kind === undefined || (entries && kind !== 'fence');

/** The newest entry of each conversation that shows, of what may be seen. */
export async function readLasts(
  ranges: RangeReader,
  visible: ReadonlyMap<number, VisibleSeqs>,
  viewer: Viewer,
  fileLines: FileLines,
): Promise<Map<number, Message>> {
  const heads = await ranges.readAt(
    [...visible].map(([conversation, { head }]) => ({ conversation, seq: head })),
  );
  const lasts = await Promise.all(
    [...heads].map(async ([conversation, { message }]): Promise<[number, Message | undefined]> => {
      if (shows(message, viewer)) return [conversation, message];
      const before = visible.get(conversation)!.rangesBefore(message.seq, lookBack);
      const stored = await ranges.read(conversation, before);
      return [conversation, stored.findLast((one) => shows(one.message, viewer))?.message];
    }),
  );
  const told = (last: Message) => (viewer.files ? last : fileLines.message(last));
  return new Map(
    lasts.flatMap(([conversation, last]) => (last === undefined ? [] : [[conversation, told(last)]])),
  );
}

/** The messages above a mark, among what may be seen: of seqs and ordinals the difference. */
export async function countUnread(
  ranges: RangeReader,
  conversations: readonly { row: LoggedConversation; visible: VisibleSeqs; mark: number }[],
): Promise<Map<number, number>> {
  const pieces = conversations.flatMap(({ row, visible, mark }) =>
    visible.above(mark).map((piece) => ({ ...piece, row })),
  );
  const places = pieces.flatMap(({ row, after, upTo }) =>
    // Where everything is counted there is nothing to be read.
    row.uncounted === 0 ? [] : [after, upTo].map((seq) => ({ conversation: row.id, seq })),
  );
  const uncounted = await ranges.uncountedAt(places);
  const unread = new Map(conversations.map(({ row }) => [row.id, 0]));
  for (const { row, after, upTo } of pieces) {
    const at = (seq: number) => uncounted.get(placeKey(row.id, seq)) ?? 0;
    unread.set(row.id, unread.get(row.id)! + upTo - after - (at(upTo) - at(after)));
  }
  return unread;
}
