import type { Draft } from '../state/drafts.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** What was typed and not sent in a conversation, or in a thread of it. */
export function useDraft(conversation: number, thread: number | undefined) {
  const { drafts, threadDrafts } = useWorkspace();
  const get = () =>
    thread === undefined ? drafts.get(conversation) : threadDrafts.get(conversation, thread);
  const ofConversation = useObserved(drafts, get);
  const ofThread = useObserved(threadDrafts, get);
  return {
    draft: thread === undefined ? ofConversation : ofThread,
    /** As it is now, whatever was rendered last. */
    get,
    set: (draft: Draft) =>
      thread === undefined ? drafts.set(conversation, draft) : threadDrafts.set(conversation, thread, draft),
    /** It was sent: at once, since the page may go. */
    clear: () => {
      if (thread !== undefined) {
        threadDrafts.set(conversation, thread, { text: '' });
        return;
      }
      drafts.set(conversation, { text: '' });
      drafts.save();
    },
  };
}
