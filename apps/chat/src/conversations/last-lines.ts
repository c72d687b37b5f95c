import type { Message } from '@berth/wire';
import { isChange } from '../log/entry-kinds.ts';
import type { FileLines } from '../log/file-lines.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { oldLine } from '../log/old-lines.ts';
import { placeKey, type RangeReader, type StoredMessage } from '../log/range-reader.ts';
import type { SeenReader } from '../log/seen-reader.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';
import type { MysqlHiddenMessages } from './mysql-hidden-messages.ts';

/** Who looks, and whether with a client that knows entries which are no messages. */
export interface Viewer {
  user: number;
  entries: boolean;
  /** And whether it shows attachments. */
  files?: boolean;
  /** And how messages change. */
  changes: boolean;
}

/** Entries looked at behind the head, for one that shows; of more in a row that do not, the last message is looked for. */
const lookBack = 64;

/** Whether an entry shows at the end: no fence, nothing that changed another, and nothing that the client does not know. */
export const shows = ({ kind }: Message, { entries }: Pick<Viewer, 'entries'>): boolean =>
  kind === undefined || (entries && kind !== 'fence' && !isChange(kind));

/** The newest entry of each conversation that shows, of what may be seen. */
export async function readLasts(
  { ranges, seen }: { ranges: RangeReader; seen: SeenReader },
  rows: ReadonlyMap<number, LoggedConversation>,
  visible: ReadonlyMap<number, VisibleSeqs>,
  viewer: Viewer,
  fileLines: FileLines,
  hidden: MysqlHiddenMessages,
): Promise<Map<number, Message>> {
  const heads = await ranges.readAt(
    [...visible].map(([conversation, { head }]) => ({
      ...{ conversation, seq: head, changed: rows.get(conversation)!.changed },
    })),
  );
  const lasts = await Promise.all(
    [...heads].map(async ([conversation, { message }]): Promise<[number, Message | undefined]> => {
      const row = rows.get(conversation)!;
      const newestOf = async (page: readonly StoredMessage[]) =>
        (
          await hidden.without(
            row,
            viewer.user,
            page.map((stored) => stored.message).filter((one) => shows(one, viewer)),
          )
        ).at(-1);
      if (shows(message, viewer) && !row.hides) return [conversation, message];
      const theirs = visible.get(conversation)!;
      const looked = await ranges.read(
        { id: conversation, changed: row.changed },
        theirs.rangesBefore(message.seq + 1, lookBack),
      );
      const last = await newestOf(looked);
      if (last !== undefined) return [conversation, last];
      const first = looked[0]?.message.seq ?? 0;
      const [newest] = theirs.above(0).slice(-1);
      if (newest === undefined || first <= newest.after + 1) return [conversation, undefined];
      const text = await ranges.newestText(conversation, { from: newest.after + 1, to: first - 1 });
      return [conversation, text && (await newestOf([text]))];
    }),
  );
  const told = (last: Message) => {
    const shown = viewer.changes ? last : oldLine(last)!;
    return viewer.files ? shown : fileLines.message(shown);
  };
  const then = await Promise.all(
    lasts.map(async ([conversation, last]) =>
      last === undefined ? [] : seen.messages([last], visible.get(conversation)!),
    ),
  );
  return new Map(then.flatMap(([last]) => (last === undefined ? [] : [[last.conversation, told(last)]])));
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
