import { toBerthError } from '@berth/wire';
import type { OldBody } from './old-bodies.ts';
import { oldErrorOf, oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { cidOf, storedText } from './old-text.ts';
import { assertSelf } from './people-frames.ts';

/**
 * 1017: one or more texts. The client's own name of a text (`msgid` or `unique_id`) makes its cid, so that a repeated frame
 * stores nothing anew. The answer echoes what is stored; its error is that of the first text that is not.
 */
export async function textChat(old: OldSession, body: OldBody<'textChat'>): Promise<object> {
  assertSelf(old, body.fromuid);
  const { fromuid, touid, thread_id, text_array } = body;
  const hasThreads = thread_id !== undefined || text_array.some(({ unique_id }) => unique_id !== undefined);
  old.decide(hasThreads ? 'threads' : 'plain');
  // What is written now is no sign that what came before was received here.
  if (old.variant === 'plain') await old.texts.catchUp();
  const conversation = thread_id ?? (await old.ask('directOpen', { user: touid })).conversation.conversation;
  const named = text_array.map((item, index) => {
    const name = item.unique_id ?? item.msgid ?? `${Date.now()} ${index}`;
    return { ...item, name, cid: cidOf(name) };
  });
  for (const { cid } of named) old.texts.sending(conversation, cid);
  const results = await Promise.allSettled(
    named.map(({ cid, content }) => old.ask('send', { conversation, cid, text: content })),
  );
  const failed = results.find((result) => result.status === 'rejected');
  const error = failed ? oldErrorOf(toBerthError(failed.reason).code) : oldErrors.success;
  const stored = named.flatMap((item, index) => {
    const result = results[index]!;
    return result.status === 'fulfilled' ? [{ item, sent: result.value }] : [];
  });
  if (!hasThreads) {
    return {
      error,
      fromuid,
      touid,
      text_array: stored.map(({ item }) => ({ content: item.content, msgid: item.name })),
    };
  }
  const idOf = await old.ids.upTo(conversation, Math.max(0, ...stored.map(({ sent }) => sent.seq)));
  const chat_datas = stored.map(({ item, sent }) =>
    storedText(idOf, item.name, { ...sent, text: item.content }),
  );
  return { error, fromuid, touid, thread_id: conversation, chat_datas };
}
