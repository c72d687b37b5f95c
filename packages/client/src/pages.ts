import type { Answers, ConversationSummary, Message, RequestInput } from '@berth/wire';
import type { Pages } from './types.ts';

/** Pages over `read`, which answers with the items from `cursor` on and the cursor of the next page, if there is one. */
function createPages<T, C>(read: (cursor: C | undefined) => Promise<{ items: T[]; next?: C }>): Pages<T> {
  let cursor: C | undefined;
  let done = false;
  let last: Promise<unknown> = Promise.resolve();
  const nextPage = async (): Promise<T[]> => {
    if (done) return [];
    const { items, next } = await read(cursor);
    cursor = next;
    done = next === undefined;
    return items;
  };
  return {
    get done() {
      return done;
    },
    next: () => {
      const page = last.then(nextPage);
      // One that failed is asked for again by the next call.
      last = page.catch(() => {});
      return page;
    },
  };
}

/** Messages before one, from the newest on; each page ascending. */
export const historyPages = (
  ask: (body: RequestInput<'sync'>) => Promise<Answers['sync']>,
  conversation: number,
  { before, pageSize = 50 }: { before?: number; pageSize?: number },
): Pages<Message> =>
  createPages<Message, number>(async (cursor = before) => {
    const { messages, more } = await ask({
      ...{ conversation, limit: pageSize },
      ...(cursor !== undefined && { before: cursor }),
    });
    const first = messages[0];
    return { items: messages, ...(more && first && { next: first.seq }) };
  });

/** All conversations, in the server's order. */
export const conversationPages = (
  ask: (body: RequestInput<'conversations'>) => Promise<Answers['conversations']>,
  { pageSize = 50 }: { pageSize?: number },
): Pages<ConversationSummary> =>
  createPages<ConversationSummary, string>(async (cursor) => {
    const page = await ask({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    return { items: page.conversations, ...(page.cursor !== undefined && { next: page.cursor }) };
  });
