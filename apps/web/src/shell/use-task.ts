import { useRef, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';

/**
 * Runs one thing at a time that may fail: whether it is under way, and what went wrong in the user's words.
 * A second call while one runs does nothing.
 */
export function useTask(): {
  busy: boolean;
  failure: string | undefined;
  run: (work: () => Promise<unknown>, onError?: (error: unknown) => boolean) => Promise<boolean>;
  forget: () => void;
} {
  const text = useText();
  const formats = useFormats();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  return {
    busy,
    failure,
    forget: () => setFailure(undefined),
    /** `onError` answers whether it has dealt with the error itself. */
    run: async (work, onError) => {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      setFailure(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        if (!onError?.(error)) setFailure(errorText(error, text, formats));
        return false;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}
