import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/**
 * Makes a group with the user as its owner, and those of `members` who may be invited. The same `cid` answers with the
 * first group again.
 */
export const groupCreate: Handler<'groupCreate'> = async (context, session, body) => {
  const { stores } = context;
  await context.budgets.take(session.user, 'group');
  if (body.members.length > 0) await context.budgets.take(session.user, 'groupMember', body.members.length);
  const { created, ...change } = await stores.groups.create(session.user, body.cid, body.title, body.members);
  if (created) {
    announceMembers(context, session, change, { event: 'created', users: change.users }, change.users);
  }
  return { conversation: await stores.conversations.summary(change.conversation, session) };
};
