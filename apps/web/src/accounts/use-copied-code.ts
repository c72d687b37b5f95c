import { useCallback, useEffect, useRef, useState } from 'react';
import { codeIn } from './code-in.ts';

/**
 * Hands on the code that one has copied from the mail, when one comes back to the page: by itself where the browser lets
 * the page read the clipboard, else by the function answered, for a button. Undefined where there is no clipboard.
 */
export function useCopiedCode(
  wanted: boolean,
  onCode: (code: string) => void,
): (() => Promise<void>) | undefined {
  const [allowed, setAllowed] = useState(false);
  const current = useRef({ wanted, onCode });
  useEffect(() => {
    current.current = { wanted, onCode };
  });
  const take = useCallback(async (): Promise<void> => {
    const copied = await readClipboard();
    const code = copied === undefined ? undefined : codeIn(copied);
    if (code !== undefined && current.current.wanted) current.current.onCode(code);
  }, []);
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    const look = async () => {
      if (document.hidden || !document.hasFocus()) return;
      const granted = await mayRead();
      if (left) return;
      setAllowed(granted);
      if (granted) await take();
    };
    void look();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      left = true;
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [wanted, take]);
  // Not in the types, but missing where the page is not served securely.
  const canRead = 'clipboard' in navigator && 'readText' in navigator.clipboard;
  return canRead && !allowed ? take : undefined;
}

/** Undefined when the browser or the user refuses. */
const readClipboard = (): Promise<string | undefined> =>
  navigator.clipboard.readText().catch(() => undefined);

/** Whether the page may read the clipboard without the browser asking the user. */
async function mayRead(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return state === 'granted';
  } catch {
    // A browser that has no such permission asks each time.
    return false;
  }
}
