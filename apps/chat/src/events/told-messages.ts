import type { Message } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import type { Opened } from '../conversations/conversation-reader.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { oldLine } from '../log/old-lines.ts';
import { placeKey } from '../log/range-reader.ts';

type Viewer = Pick<Session, 'user' | 'files' | 'changes'>;

/** Some messages of one conversation as they are told to a user, by seq: those that they see, and have not deleted. */
export async function readTold(
  { stores }: Pick<Context, 'stores'>,
  viewer: Viewer,
  { row, visible }: Opened,
  seqs: readonly number[],
): Promise<Map<number, Message>> {
  const wanted = seqs.filter((seq) => visible.has(seq)).sort((one, other) => one - other);
  if (wanted.length === 0) return new Map();
  const stored = await stores.seen.readSeqs(row.id, wanted, visible);
  const all = stored.map(({ message }) => message);
  const messages = await toldOf({ stores }, viewer, row, all);
  return new Map(messages.map((message) => [message.seq, message]));
}

/** The same of messages anywhere, read together; by `placeKey`. */
export async function readToldAmong(
  { stores }: Pick<Context, 'stores'>,
  viewer: Viewer,
  places: readonly { conversation: number; seq: number }[],
): Promise<Map<string, Message>> {
  const ids = [...new Set(places.map(({ conversation }) => conversation))];
  const opened = await stores.conversations.openAmong(viewer.user, ids);
  const wanted = places.filter(({ conversation, seq }) => opened.get(conversation)?.visible.has(seq));
  const stored = await stores.ranges.readPlaces(wanted);
  const byConversation = Map.groupBy(
    stored.map(({ message }) => message).sort((one, other) => one.seq - other.seq),
    ({ conversation }) => conversation,
  );
  const told = await Promise.all(
    [...byConversation].map(async ([id, messages]) => {
      const { row, visible } = opened.get(id)!;
      return toldOf({ stores }, viewer, row, await stores.seen.messages(messages, visible));
    }),
  );
  return new Map(told.flat().map((message) => [placeKey(message.conversation, message.seq), message]));
}

/** Ascending, of one conversation. */
async function toldOf(
  { stores }: Pick<Context, 'stores'>,
  { user, files, changes }: Viewer,
  row: LoggedConversation,
  all: readonly Message[],
): Promise<Message[]> {
  const shown = all.flatMap((message) => {
    const whole = files ? message : stores.fileLines.message(message);
    return (changes ? whole : oldLine(whole)) ?? [];
  });
  return stores.reactions.own(user, await stores.hidden.without(row, user, shown));
}
