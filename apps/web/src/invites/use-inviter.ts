import { BerthError, type InvitePreview } from '@berth/client';
import { errorTable } from '@berth/wire';
import { useEffect, useState } from 'react';
import { useAccounts } from '../accounts/accounts-context.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';

/** What may be known a moment later is asked for again after it, jittered. */
const retryMs = 4_000;

export type Inviter =
  | { kind: 'asking' }
  | { kind: 'known'; user: InvitePreview['user'] }
  | { kind: 'refused'; why: string };

/** Who invites; `refuse` when gate has refused the invite meanwhile. Undefined without an invite. */
export function useInviter(invite: string | undefined): {
  inviter: Inviter | undefined;
  refuse: (error: unknown) => void;
} {
  const text = useText();
  const formats = useFormats();
  const accounts = useAccounts();
  const [inviter, setInviter] = useState<Inviter>({ kind: 'asking' });
  const refuse = (error: unknown) => {
    const isUnknown = error instanceof BerthError && error.code === 'not_found';
    setInviter({
      kind: 'refused',
      why: isUnknown ? text('invite.unknown') : errorText(error, text, formats),
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown stays when the language changes
  useEffect(() => {
    if (invite === undefined) return;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const { user } = await accounts.previewInvite(invite);
        if (!left) setInviter({ kind: 'known', user });
      } catch (error) {
        if (left) return;
        refuse(error);
        const isFinal = error instanceof BerthError && !errorTable[error.code].retry;
        if (!isFinal) timer = setTimeout(ask, retryMs * (0.5 + Math.random()));
      }
    };
    setInviter({ kind: 'asking' });
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [accounts, invite]);
  return { inviter: invite === undefined ? undefined : inviter, refuse };
}
