import { openKeptTexts } from './kept-texts.ts';
import { isInvite } from './pending-invite.ts';

const key = 'berth.join';

/** The link of a group. What stands behind the `#` is sent to no server. */
export const groupUrl = (home: string, link: string): string => `${home}#/join/${link}`;

/** The link of a group by which one came to this page, kept while one registers or logs in. */
export function readPendingJoin(): string | undefined {
  try {
    const link = openKeptTexts('sessionStorage').getItem(key);
    return link !== null && isInvite(link) ? link : undefined;
  } catch {
    return undefined;
  }
}

export function keepPendingJoin(link: string | undefined): void {
  try {
    const texts = openKeptTexts('sessionStorage');
    if (link !== undefined) texts.setItem(key, link);
    else texts.removeItem(key);
  } catch {
    // Nothing is kept in this browser: the link has to be opened once more.
  }
}
