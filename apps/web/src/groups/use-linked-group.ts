import type { GroupPreview } from '@berth/client';
import { type Preview, usePreview } from '../invites/use-preview.ts';
import type { Accounts } from '../state/accounts.ts';
import { useGroupText } from './group-texts.ts';

const ask = (accounts: Accounts, link: string) => accounts.previewGroup(link);

/** The group that a link leads to. */
export function useLinkedGroup(link: string): Preview<GroupPreview> {
  const say = useGroupText();
  return usePreview(link, ask, say('link.unknown')).preview;
}
