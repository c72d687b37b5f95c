import { useCallback } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useUndo } from '../shell/use-undo.ts';

/**
 * Does something that the server may refuse; says that it was done, when there is something to say, or why it was not. What `undo`
 * takes back may be undone for a while.
 */
export function useTried(): (
  work: () => Promise<unknown>,
  done?: string,
  undo?: () => Promise<unknown>,
) => void {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const offerUndo = useUndo();
  return useCallback(
    (work, done, undo) => {
      work().then(
        () => {
          if (done === undefined) return;
          if (undo) offerUndo(done, { undo });
          else notice(done);
        },
        (error: unknown) => notice(errorText(error, text, formats), 'failure'),
      );
    },
    [text, formats, notice, offerUndo],
  );
}
