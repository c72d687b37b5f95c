import { encodeFrame, frameIds } from '@berth/wire';
import type { Context, Session } from '../context.ts';

/** Tells users' other sessions that their list shows a conversation otherwise; not the session that caused it. */
export function tellListed(
  { publisher }: Pick<Context, 'publisher'>,
  by: Session,
  users: readonly number[],
  conversation: number,
): void {
  publisher.notify(users, encodeFrame(frameIds.listed, { conversation }), by.id);
}
