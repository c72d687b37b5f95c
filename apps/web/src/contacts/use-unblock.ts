import { useText } from '../i18n/language.tsx';
import { useUndo } from '../shell/use-undo.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Unblocks somebody, which may be undone for a while. Rejects with what keeps it from being done. */
export function useUnblock(): (user: number, name: string) => Promise<void> {
  const text = useText();
  const offerUndo = useUndo();
  const workspace = useWorkspace();
  return async (user, name) => {
    const ask = async (what: 'block' | 'unblock') => {
      await workspace.client.request(what, { user });
      await workspace.renewPerson(user);
    };
    await ask('unblock');
    offerUndo(text('person.unblock.done', { name }), { undo: () => ask('block') });
  };
}
