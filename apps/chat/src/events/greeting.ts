import type { Context } from '../context.ts';
import { encodeDeliver } from '../log/deliver-frame.ts';
import type { Friendship } from '../people/mysql-friend-store.ts';

/** What the llfcchat servers put into a conversation when a request is accepted. */
const greeting = 'We are friends now!';

/**
 * Begins the conversation of two new friends, when one of them has an llfcchat client, which is told of a friend with
 * the first messages of the two and cannot do without: the request's own text, then a fixed line of who accepted. Asked
 * again for the same friendship it stores nothing. What cannot be stored now is logged, the friendship stands.
 */
export async function greet(
  context: Context,
  { asker, accepter }: { asker: number; accepter: number },
  { conversation, note, at }: Pick<Friendship, 'conversation' | 'note' | 'at'>,
): Promise<void> {
  const { stores, log } = context;
  try {
    if (!(await stores.people.hasOldClient([asker, accepter]))) return;
    const [askers, accepters] = await Promise.all([
      stores.directory.reload(conversation, asker),
      stores.directory.reload(conversation, accepter),
    ]);
    const write = (sender: number, standing: typeof askers, cid: string, text: string) =>
      stores.messageWriter.write({
        ...{ conversation, sender, cid, text, standing, replyTo: undefined },
        // By the time of the friendship: it may have been stored by a try before.
        resent: true,
        frame: encodeDeliver({ conversation, sender, cid, text }),
      });
    const words = note.toWellFormed();
    // At once, so that they are stored in this order and nothing comes between.
    const receipts = await Promise.all([
      ...(words === '' ? [] : [write(asker, askers, `note ${at}`, words)]),
      write(accepter, accepters, `greeting ${at}`, greeting),
    ]);
    stores.marks.wrote({ conversation, user: accepter }, receipts.at(-1)!.seq);
  } catch (error) {
    log.warn({ err: error, conversation }, 'two new friends were not greeted');
  }
}
