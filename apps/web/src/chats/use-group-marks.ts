import { useEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Learns how far others have read a group when it is opened, and again after each time away. */
export function useGroupMarks({ conversation: id, kind, member }: Conversation): void {
  const workspace = useWorkspace();
  const online = useObserved(workspace.connection, ({ value }) => value.kind === 'online');
  const wanted = online && kind === 'group' && member;
  useEffect(() => {
    // Without them the marks are as far as has been told.
    if (wanted) workspace.askMarks(id).catch(() => {});
  }, [wanted, workspace, id]);
}
