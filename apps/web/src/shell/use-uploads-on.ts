import { useEffect } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';
import { loadPart } from './load-part.ts';

/** After the page is there, so that it need not wait for it. */
const afterMs = 1_500;

/** What was being sent when the page was left goes on, whichever conversation is open. */
export function useUploadsOn(): void {
  const workspace = useWorkspace();
  useEffect(() => {
    const timer = setTimeout(() => {
      // Else it goes on with the first conversation that is opened.
      loadPart(() => import('../files/uploads-of.ts')).then(
        ({ uploadsOf }) => uploadsOf(workspace),
        () => {},
      );
    }, afterMs);
    return () => clearTimeout(timer);
  }, [workspace]);
}
