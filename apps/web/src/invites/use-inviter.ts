import type { InvitePreview } from '@berth/client';
import { useText } from '../i18n/language.tsx';
import type { Accounts } from '../state/accounts.ts';
import { type Preview, usePreview } from './use-preview.ts';

export type Inviter = Preview<InvitePreview>;

const ask = (accounts: Accounts, invite: string) => accounts.previewInvite(invite);

/** Who invites; `refuse` when gate has refused the invite meanwhile. Undefined without an invite. */
export function useInviter(invite: string | undefined): {
  inviter: Inviter | undefined;
  refuse: (error: unknown) => void;
} {
  const text = useText();
  const { preview, refuse } = usePreview(invite, ask, text('invite.unknown'));
  return { inviter: invite === undefined ? undefined : preview, refuse };
}
