import { useCallback, useContext } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import type { Undoable } from '../state/undo-offers.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { NoticeContext } from './notices.tsx';

/** Says what was done, and offers to undo it for a while: by the notice (F6 leads there), or by Ctrl+Z. */
export function useUndo(): (title: string, undoable: Undoable) => void {
  const text = useText();
  const formats = useFormats();
  const { undos } = useWorkspace();
  const desk = useContext(NoticeContext)!;
  return useCallback(
    (title, undoable) => {
      const id = undos.begin(undoable, {
        onOver: () => desk.withdraw(key),
        onFailed: (error) => desk.say({ title: errorText(error, text, formats), kind: 'failure' }),
      });
      const key = desk.say({
        ...{ title, kind: 'done' },
        action: { label: text('change.undo'), run: () => undos.undo(id) },
        offer: { hold: (isHeld) => undos.hold(id, isHeld), closed: () => undos.settle(id) },
      });
    },
    [undos, desk, text, formats],
  );
}
