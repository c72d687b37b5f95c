import { type Attachment, BerthError, type Forwarded } from '@berth/wire';
import type { Context, Session } from '../context.ts';

/** What a message says that passes on another one. */
interface Passed {
  text: string;
  attachments: Attachment[];
  /** Whose these are. */
  filesOf?: number;
  carried: { forwarded: Forwarded };
}

/**
 * What somebody passes on to a conversation: the words, and the files with a use of their own there, so that they stay when the
 * first message goes. Throws `not_member` and `not_found` for what is not theirs to see, `recalled` for what was taken back.
 */
export async function readForwarded(
  { stores }: Pick<Context, 'stores'>,
  session: Session,
  { conversation, seq }: { conversation: number; seq: number },
  to: number,
): Promise<Passed> {
  const { row, visible } = await stores.conversations.open(conversation, session.user);
  const [found] = visible.has(seq) ? await stores.seen.readSeqs(conversation, [seq], visible) : [];
  const [message] = found ? await stores.hidden.without(row, session.user, [found.message]) : [];
  if (message === undefined || message.kind !== undefined) throw new BerthError('not_found');
  if (message.recalledBy !== undefined) throw new BerthError('recalled');
  const { text, sender, attachments = [] } = message;
  const forwarded = message.forwarded ?? { user: sender, name: (await stores.profiles.get(sender)).nick };
  if (attachments.length === 0) return { text, attachments, carried: { forwarded } };
  const owner = (await stores.files.ownerOf({ conversation, seq })) ?? sender;
  const use = { kind: 'forward', conversation: to } as const;
  const files = await stores.files.attach(owner, use, attachments, Date.now());
  return { text, attachments: files, filesOf: owner, carried: { forwarded } };
}
