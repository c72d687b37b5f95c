import { useEffect } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';
import { loadPart } from './load-part.ts';

/** After the page is there, so that it need not wait for it. */
const afterMs = 1_500;

/** What is typed and not sent is the same on all of the user's devices. */
export function useDraftSync(): void {
  const workspace = useWorkspace();
  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      // Else drafts stay on this device until the page is loaded anew.
      loadPart(() => import('../acts/draft-sync.ts')).then(
        ({ DraftSync }) => {
          if (!left) workspace.join(new DraftSync(workspace));
        },
        () => {},
      );
    }, afterMs);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [workspace]);
}
