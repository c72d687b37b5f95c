import { useCallback } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';

/** Does something that the server may refuse; says that it was done, when there is something to say, or why it was not. */
export function useTried(): (work: () => Promise<unknown>, done?: string) => void {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  return useCallback(
    (work, done) => {
      work().then(
        () => done !== undefined && notice(done),
        (error: unknown) => notice(errorText(error, text, formats), 'failure'),
      );
    },
    [text, formats, notice],
  );
}
