import type { Invite } from '@berth/client';
import { useCallback, useEffect, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import { useUndo } from '../shell/use-undo.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** One's own invites, and what can be done about them; read anew when somebody has become a friend. */
export function useInvites() {
  const text = useText();
  const offerUndo = useUndo();
  const workspace = useWorkspace();
  const { client } = workspace;
  const [invites, setInvites] = useState<readonly Invite[]>();
  const { failure, run } = useTask();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const load = useCallback(() => {
    void run(async () => {
      // More than these nobody has: of each day's 20 most have long been forgotten.
      const { invites: newest } = await client.request('invites', { limit: 200 });
      setInvites(newest);
    });
  }, [client]);
  useEffect(load, [load]);
  useEffect(
    () => workspace.onHappening((happening) => happening.kind === 'accepted' && load()),
    [workspace, load],
  );
  return {
    invites,
    failure,
    load,
    create: async (wish: { maxUses: number; forMs: number }): Promise<Invite> => {
      const { invite } = await client.request('inviteCreate', wish);
      setInvites((before) => [invite, ...(before ?? [])]);
      return invite;
    },
    /** Shown at once, and done when nobody has undone it. */
    revoke: ({ invite }: Invite): void => {
      const show = (revoked: boolean) =>
        setInvites((before) => before?.map((one) => (one.invite === invite ? { ...one, revoked } : one)));
      show(true);
      offerUndo(text('invite.revoke.done'), {
        undo: () => show(false),
        commit: () => client.request('inviteRevoke', { invite }),
      });
    },
  };
}
