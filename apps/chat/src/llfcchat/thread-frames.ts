import { BerthError, type Message } from '@berth/wire';
import { withNamedEdits } from './named-edits.ts';
import type { OldBody } from './old-bodies.ts';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { entryOf, fitting } from './old-text.ts';
import { assertSelf } from './people-frames.ts';
import { pictureEntry } from './picture-frames.ts';
import { pictureOf } from './shown-messages.ts';

/** The dialect's pages. */
const pageSize = 10;

/** 1025: the threads with the friends of 1006 above the last one seen, by id. */
export async function loadChatThread(old: OldSession, body: OldBody<'loadChatThread'>): Promise<object> {
  assertSelf(old, body.uid);
  old.decide('threads');
  old.pages();
  const { threads, more } = old.told.list(body.thread_id);
  old.texts.listed(
    threads.map(({ thread }) => thread),
    more,
  );
  return {
    ...{ error: oldErrors.success, uid: body.uid, load_more: more },
    next_last_id: threads.at(-1)?.thread ?? body.thread_id,
    threads: threads.map(({ thread, peer }) => ({
      ...{ thread_id: thread, type: 'private' },
      ...{ user1_id: Math.min(old.user, peer), user2_id: Math.max(old.user, peer) },
    })),
  };
}

/** 1027: the one conversation of the two, whoever asks; with nobody whom the client does not know. */
export async function createPrivateChat(
  old: OldSession,
  { uid, other_id }: OldBody<'createPrivateChat'>,
): Promise<object> {
  assertSelf(old, uid);
  old.decide('threads');
  const { conversation } = await old.ask('directOpen', { user: other_id });
  if (!old.told.knows(other_id)) throw new BerthError('not_friends');
  old.told.open(conversation.conversation);
  return { error: oldErrors.success, uid, other_id, thread_id: conversation.conversation };
}

/** 1029: the messages above the last one seen, as many of ten as fit a frame. */
export async function loadChatMessages(old: OldSession, body: OldBody<'loadChatMessages'>): Promise<object> {
  old.decide('threads');
  old.pages();
  const { thread_id, message_id } = body;
  const peer = await old.peerOf(thread_id);
  if (peer === undefined) throw new BerthError('not_member');
  const after = await old.ids.seqAt(thread_id, message_id);
  const found = await old.ask('sync', { conversation: thread_id, after, limit: pageSize });
  const { more } = found;
  const messages = await withNamedEdits(old.ask, found.messages);
  const idOf = await old.ids.upTo(thread_id, messages.at(-1)?.seq ?? 0);
  const hasPictures = messages.some(pictureOf) && (await old.showsPictures());
  const shown = (message: Message) =>
    hasPictures ? pictureEntry(idOf, message, [old.user, peer]) : entryOf(idOf, message);
  const bodyOf = (page: readonly Message[]) => ({
    ...{ error: oldErrors.success, thread_id },
    last_message_id: page.length === 0 ? message_id : idOf(page.at(-1)!.seq),
    load_more: more || page.length < messages.length,
    chat_datas: page.map(shown),
  });
  const page = fitting(messages, bodyOf);
  const answer = bodyOf(page);
  old.texts.paged(thread_id, page.at(-1)?.seq ?? after, answer.load_more);
  return answer;
}
