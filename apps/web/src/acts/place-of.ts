import type { Message } from '@berth/wire';

/** Where a message is shown: in its conversation, or in the thread that it is said in; there the keyboard goes that has asked for it. */
export const placeOf = (
  { conversation, seq, thread }: Pick<Message, 'conversation' | 'seq' | 'thread'>,
  { detail }: { detail: number },
) => ({
  // The keyboard's clicks are counted by nobody.
  ...{ conversation, seq, byKeys: detail === 0 },
  ...(thread !== undefined && { thread }),
});
