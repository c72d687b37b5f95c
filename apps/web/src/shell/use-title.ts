import { useEffect } from 'react';
import { useText } from '../i18n/language.tsx';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** The window's title tells how much is unread. */
export function useTitle(): void {
  const text = useText();
  const { conversations } = useWorkspace();
  const unread = useObserved(conversations, (list) => list.unread);
  useEffect(() => {
    const name = text('app.name');
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => {
      document.title = name;
    };
  }, [unread, text]);
}
