import type { ConversationSummary } from '@berth/wire';
import type { OldBody } from './old-bodies.ts';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { fitting, storedText } from './old-text.ts';
import { assertSelf } from './people-frames.ts';

/** The dialect's pages. */
const pageSize = 10;

/** 1025: the user's threads above the last one seen, by id. */
export async function loadChatThread(old: OldSession, body: OldBody<'loadChatThread'>): Promise<object> {
  assertSelf(old, body.uid);
  old.decide('threads');
  const above = old.session.conversations.filter((id) => id > body.thread_id).sort((a, b) => a - b);
  const ids = above.slice(0, pageSize);
  const threads = await Promise.all(ids.map(async (id) => threadOf(old.user, await old.conversation(id))));
  return {
    ...{ error: oldErrors.success, uid: body.uid, load_more: above.length > ids.length },
    ...{ next_last_id: ids.at(-1) ?? body.thread_id, threads },
  };
}

/** 1027: the one conversation of the two, whoever asks. */
export async function createPrivateChat(
  old: OldSession,
  body: OldBody<'createPrivateChat'>,
): Promise<object> {
  assertSelf(old, body.uid);
  old.decide('threads');
  const { conversation } = await old.ask('directOpen', { user: body.other_id });
  return {
    error: oldErrors.success,
    uid: body.uid,
    other_id: body.other_id,
    thread_id: conversation.conversation,
  };
}

/** 1029: the messages above the last one seen, as many of ten as fit a frame. */
export async function loadChatMessages(old: OldSession, body: OldBody<'loadChatMessages'>): Promise<object> {
  old.decide('threads');
  const { thread_id, message_id } = body;
  const { messages, more } = await old.ask('sync', {
    conversation: thread_id,
    after: message_id,
    limit: pageSize,
  });
  const bodyOf = (page: typeof messages) => ({
    ...{ error: oldErrors.success, thread_id, last_message_id: page.at(-1)?.seq ?? message_id },
    load_more: more || page.length < messages.length,
    chat_datas: page.map((message) => ({ ...storedText('', message), unique_id: 0, thread_id })),
  });
  return bodyOf([...fitting(messages, (page) => bodyOf([...page]))]);
}

const threadOf = (user: number, { conversation, kind, peer }: ConversationSummary) => ({
  thread_id: conversation,
  type: kind === 'direct' ? 'private' : 'group',
  user1_id: kind === 'direct' ? Math.min(user, peer?.id ?? 0) : 0,
  user2_id: kind === 'direct' ? Math.max(user, peer?.id ?? 0) : 0,
});
