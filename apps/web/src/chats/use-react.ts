import { useCallback } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useWorkspace } from '../state/workspace-context.ts';

/** Gives a message an emoji, or takes one's own away; says when that cannot be done. */
export function useReact(conversation: number): (seq: number, emoji: string, on: boolean) => void {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { client } = useWorkspace();
  return useCallback(
    (seq, emoji, on) => {
      client
        .react(conversation, seq, emoji, on)
        .catch((error: unknown) => notice(errorText(error, text, formats), 'failure'));
    },
    [client, conversation, notice, text, formats],
  );
}
