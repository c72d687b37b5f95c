import type { Handler } from '../context.ts';
import { announce, publishEntries } from '../events/member-events.ts';

/** Owner and admins. An entry says it as a title that stays: so clients that know no pictures show what they can. */
export const groupPicture: Handler<'groupPicture'> = async (context, session, { conversation, file }) => {
  const { stores } = context;
  const now = Date.now();
  // Who may not change it should not make a file kept.
  await stores.groups.requireChange(conversation, session.user);
  if (file !== '')
    await stores.files.picture(session.user, { kind: 'group', group: conversation }, file, now);
  const { title, former, ...changed } = await stores.groups.depict(conversation, session.user, file);
  const change = { conversation, ...changed };
  publishEntries(context, change);
  announce(context, session, change, { event: 'renamed', title, picture: file });
  if (former !== undefined) await stores.files.release(former.owner, [former.file], now).catch(() => {});
  return {};
};
