import { BerthError, type Message } from '@berth/wire';
import type { Context } from '../context.ts';
import type { Change, CommittedChange } from '../conversations/change-work.ts';
import type { MysqlChangeStore } from '../conversations/mysql-change-store.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';
import type { Stores } from '../stored-side.ts';

/**
 * Changes a message that the user can see, and tells everybody in the conversation. Answers with what they are told; with
 * what is so already when nothing had to change. What one user does in a conversation gets its place in the order in which it came;
 * from there on it goes by the message.
 */
export async function changeMessage<T extends CommittedChange | Partial<Message>>(
  { stores, actTurns, log }: Context,
  { conversation, sender }: Change,
  commit: (changes: MysqlChangeStore) => Promise<T>,
): Promise<T extends CommittedChange ? Message : Partial<Message>> {
  const retryAfterMs = stores.sendRates.take(sender, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  const committed = await (!actTurns.isTaken(conversation, sender) &&
  isAcquainted(stores, conversation, sender)
    ? commit(stores.changes)
    : actTurns.take(conversation, sender, async (handedOn) => {
        if (!isAcquainted(stores, conversation, sender))
          await requireAcquainted(stores, conversation, sender);
        const done = commit(stores.changes);
        handedOn();
        return done;
      }));
  if (!('message' in committed)) return committed as never;
  const { message, released } = committed;
  // A sweep looks for what is used no more, if this cannot be said now.
  if (released !== undefined)
    await stores.files
      .release(released.owner, released.files, Date.now())
      .catch((error: unknown) => log.warn({ err: error }, 'files of a recalled message were not released'));
  return message as never;
}

const isAcquainted = ({ directory }: Stores, conversation: number, user: number): boolean =>
  directory.cached(conversation, user)?.member !== undefined;

/** Throws `not_member` for a stranger, who is not to lock anything. Who was a member once may ask again what came of a change. */
async function requireAcquainted({ directory }: Stores, conversation: number, user: number): Promise<void> {
  // What is remembered may be behind what another node has allowed since.
  const standing = await directory.reload(conversation, user);
  if (standing.member === undefined) throw new BerthError('not_member');
}

/**
 * What the user sees of the conversation. Throws `not_member` for a stranger, `not_found` for what was there before or after the user
 * was.
 */
export async function requireVisible(
  { stores }: Pick<Context, 'stores'>,
  conversation: number,
  user: number,
  target: number,
): Promise<VisibleSeqs> {
  const { visible } = await stores.conversations.open(conversation, user);
  if (!visible.has(target)) throw new BerthError('not_found');
  return visible;
}
