import type { Message } from '@berth/wire';
import type { ThreadMessages } from '../state/thread-messages.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import type { MessageRow, RowKey } from './use-message-rows.ts';

interface ThreadRow {
  key: RowKey;
  row: MessageRow;
}

/** The rows of a thread: the message that began it, where it is here, what is said below it, and what is on its way. */
export function useThreadRows(messages: ThreadMessages): {
  root: ThreadRow | undefined;
  replies: ThreadRow[];
} {
  const { outbox, gone } = useWorkspace();
  const { conversation, root } = messages;
  const begun = useObserved(messages, (all) => all.get(root));
  const said = useObserved(messages, ({ replies }) => replies);
  const outgoing = useObserved(outbox, (all) => all.of(conversation, root));
  const last = said.at(-1)?.seq ?? root;
  const pending = outgoing.filter(
    ({ seq }) => seq === undefined || (seq > last && !gone.has(conversation, seq)),
  );
  const rowOf = (message: Message, previous: Message | undefined): ThreadRow => ({
    key: outbox.cidOf(conversation, message.seq) ?? message.seq,
    row: { kind: 'stored', seq: message.seq, message: withoutThread(message, root), previous },
  });
  return {
    root: begun && rowOf(begun, undefined),
    replies: [
      ...said.map((message, index) => rowOf(message, said[index - 1])),
      ...pending.map((one, index): ThreadRow => {
        const previous = index === 0 ? said.at(-1) : undefined;
        return { key: one.cid, row: { kind: 'outgoing', outgoing: one, previous } };
      }),
    ],
  };
}

/** What shows by itself where a thread is shown: that it is one, and what it replies to. */
function withoutThread({ replies: _, replyTo, ...message }: Message, root: number): Message {
  return replyTo === undefined || replyTo === root ? message : { ...message, replyTo };
}
