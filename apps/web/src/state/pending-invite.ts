import { openKeptTexts } from './kept-texts.ts';

const key = 'berth.invite';

/** The invite by which one came to this page, kept while one registers or logs in. */
export interface PendingInvite {
  invite: string;
  /** They have registered by it: no further question is needed. */
  agreed: boolean;
}

/** What an invite is called in a link. */
const form = /^[\w-]{27}$/;

export const isInvite = (text: string): boolean => form.test(text);

/** The link of an invite. What stands behind the `#` is sent to no server. */
export const inviteLink = (home: string, invite: string): string => `${home}#/invite/${invite}`;

/** The invite of a link that was pasted; undefined when it is none. */
export const inviteOf = (link: string): string | undefined => /#\/invite\/([\w-]{27})\s*$/.exec(link)?.[1];

export function readPendingInvite(): PendingInvite | undefined {
  try {
    const { invite, agreed } = JSON.parse(openKeptTexts('sessionStorage').getItem(key) ?? '{}');
    return typeof invite === 'string' && isInvite(invite) ? { invite, agreed: agreed === true } : undefined;
  } catch {
    return undefined;
  }
}

export function keepPendingInvite(pending: PendingInvite | undefined): void {
  try {
    const texts = openKeptTexts('sessionStorage');
    if (pending) texts.setItem(key, JSON.stringify(pending));
    else texts.removeItem(key);
  } catch {
    // Nothing is kept in this browser: the link has to be opened once more.
  }
}
