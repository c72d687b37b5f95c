import { BerthError, type Message } from '@berth/wire';
import type { Context, Handler, Session } from '../context.ts';
import { fitting } from '../conversations/frame-page.ts';
import type { LoggedConversation } from '../log/log-ends.ts';
import { oldLine } from '../log/old-lines.ts';

/** A page of a thread, ascending: the newest replies below `before`, as many as fit a frame, with the message they stand below. */
export const thread: Handler<'thread'> = async (context, session, { conversation, root, before, limit }) => {
  const { stores } = context;
  const { row, visible } = await stores.conversations.open(conversation, session.user);
  const [stored] = visible.has(root) ? await stores.seen.readSeqs(conversation, [root], visible) : [];
  if (stored === undefined || stored.message.kind !== undefined || stored.message.thread !== undefined)
    throw new BerthError('not_found');
  const upTo = Math.min(before ?? visible.head + 1, visible.head + 1);
  const seqs = await stores.threads.repliesBefore(conversation, root, upTo, limit + 1);
  const wanted = seqs.slice(-limit);
  const seen = wanted.filter((seq) => visible.has(seq));
  const replies = await stores.seen.readSeqs(conversation, seen, visible);
  const page = fitting(replies.toReversed(), ({ bytes }) => bytes).reverse();
  const isCut = page.length < replies.length;
  const next = isCut ? page[0]!.message.seq : seqs.length > limit ? wanted[0] : undefined;
  // Nothing stands below a reply.
  const messages = page.map(({ message }) => message);
  const told = await toldOf(context, session, row, messages);
  const above = await toldOf(context, session, row, [stored.message]);
  const [top] = await stores.threads.told(row, session.user, above, visible.head);
  if (top === undefined) throw new BerthError('not_found');
  return { root: top, messages: told, ...(next !== undefined && { next }) };
};

/** As this session is told of messages that it sees. */
async function toldOf(
  { stores }: Context,
  { user, files, changes }: Session,
  row: LoggedConversation,
  all: readonly Message[],
): Promise<Message[]> {
  const shown = all.map((message) => (files ? message : stores.fileLines.message(message)));
  const lines = changes ? shown : shown.flatMap((message) => oldLine(message) ?? []);
  return stores.reactions.own(user, await stores.hidden.without(row, user, lines));
}
