import type { Message } from '@berth/wire';

/** Where a message is shown: in its conversation, or in the thread that it is said in. */
export const placeOf = ({ conversation, seq, thread }: Pick<Message, 'conversation' | 'seq' | 'thread'>) => ({
  ...{ conversation, seq },
  ...(thread !== undefined && { thread }),
});
