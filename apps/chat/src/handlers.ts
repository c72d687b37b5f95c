import type { RequestBody, RequestName } from '@berth/wire/requests';
import type { Context, Session } from './context.ts';
import { block } from './handlers/block.ts';
import { blocks } from './handlers/blocks.ts';
import { bookmark } from './handlers/bookmark.ts';
import { bookmarks } from './handlers/bookmarks.ts';
import { conversation } from './handlers/conversation.ts';
import { conversations } from './handlers/conversations.ts';
import { directOpen } from './handlers/direct-open.ts';
import { draft } from './handlers/draft.ts';
import { drafts } from './handlers/drafts.ts';
import { edit } from './handlers/edit.ts';
import { friendAccept } from './handlers/friend-accept.ts';
import { friendAlias } from './handlers/friend-alias.ts';
import { friendDecline } from './handlers/friend-decline.ts';
import { friendRemove } from './handlers/friend-remove.ts';
import { friendRequest } from './handlers/friend-request.ts';
import { friendRequests } from './handlers/friend-requests.ts';
import { friends } from './handlers/friends.ts';
import { goodbye } from './handlers/goodbye.ts';
import { groupCreate } from './handlers/group-create.ts';
import { groupInvite } from './handlers/group-invite.ts';
import { groupJoin } from './handlers/group-join.ts';
import { groupLeave } from './handlers/group-leave.ts';
import { groupLinkCreate } from './handlers/group-link-create.ts';
import { groupLinkRevoke } from './handlers/group-link-revoke.ts';
import { groupLinks } from './handlers/group-links.ts';
import { groupMute } from './handlers/group-mute.ts';
import { groupPicture } from './handlers/group-picture.ts';
import { groupRemove } from './handlers/group-remove.ts';
import { groupRename } from './handlers/group-rename.ts';
import { groupRole } from './handlers/group-role.ts';
import { groupSearch } from './handlers/group-search.ts';
import { groupSettings } from './handlers/group-settings.ts';
import { heartbeat } from './handlers/heartbeat.ts';
import { hide } from './handlers/hide.ts';
import { inviteAccept } from './handlers/invite-accept.ts';
import { inviteCreate } from './handlers/invite-create.ts';
import { inviteRevoke } from './handlers/invite-revoke.ts';
import { invites } from './handlers/invites.ts';
import { liveSessions } from './handlers/live-sessions.ts';
import { mark } from './handlers/mark.ts';
import { members } from './handlers/members.ts';
import { pin } from './handlers/pin.ts';
import { pins } from './handlers/pins.ts';
import { pollClose } from './handlers/poll-close.ts';
import { preferences } from './handlers/preferences.ts';
import { profile } from './handlers/profile.ts';
import { profileUpdate } from './handlers/profile-update.ts';
import { react } from './handlers/react.ts';
import { reactions } from './handlers/reactions.ts';
import { readers } from './handlers/readers.ts';
import { recall } from './handlers/recall.ts';
import { resume } from './handlers/resume.ts';
import { schedule } from './handlers/schedule.ts';
import { scheduleCancel } from './handlers/schedule-cancel.ts';
import { scheduleEdit } from './handlers/schedule-edit.ts';
import { scheduledMessages } from './handlers/scheduled-messages.ts';
import { searchUser } from './handlers/search-user.ts';
import { send } from './handlers/send.ts';
import { sharedItems } from './handlers/shared-items.ts';
import { sync } from './handlers/sync.ts';
import { thread } from './handlers/thread.ts';
import { threadMark } from './handlers/thread-mark.ts';
import { typing } from './handlers/typing.ts';
import { unblock } from './handlers/unblock.ts';
import { versions } from './handlers/versions.ts';
import { vote } from './handlers/vote.ts';
import { votes } from './handlers/votes.ts';

/** A use case with its context bound. An array is answered in as many frames, an empty one not at all. */
type BoundHandler<N extends RequestName> = (
  session: Session,
  body: RequestBody<N>,
) => Promise<object | readonly object[]>;

/** Every request but hello, which has no session yet. */
export type BoundHandlers = { [N in Exclude<RequestName, 'hello'>]: BoundHandler<N> };

type Handler = (context: Context, session: Session, body: never) => Promise<object | readonly object[]>;

/** Every use case, one for each request frame but hello, which is the log-in's. */
const handlers = {
  block,
  blocks,
  bookmark,
  bookmarks,
  conversation,
  conversations,
  directOpen,
  draft,
  drafts,
  edit,
  friendAccept,
  friendAlias,
  friendDecline,
  friendRemove,
  friendRequest,
  friendRequests,
  friends,
  goodbye,
  groupCreate,
  groupInvite,
  groupJoin,
  groupLeave,
  groupLinkCreate,
  groupLinkRevoke,
  groupLinks,
  groupMute,
  groupPicture,
  groupRemove,
  groupRename,
  groupRole,
  groupSearch,
  groupSettings,
  heartbeat,
  hide,
  inviteAccept,
  inviteCreate,
  inviteRevoke,
  invites,
  liveSessions,
  mark,
  members,
  pin,
  pins,
  pollClose,
  preferences,
  profileUpdate,
  profile,
  react,
  reactions,
  readers,
  recall,
  resume,
  schedule,
  scheduleCancel,
  scheduleEdit,
  scheduledMessages,
  searchUser,
  send,
  sharedItems,
  sync,
  thread,
  threadMark,
  typing,
  unblock,
  versions,
  vote,
  votes,
} satisfies Record<keyof BoundHandlers, Handler>;

/** Those that change what others see or are told, each of them one of the user's changes. */
const changing: ReadonlySet<string> = new Set<keyof BoundHandlers>([
  'block',
  'bookmark',
  'friendAccept',
  'friendAlias',
  'friendDecline',
  'friendRemove',
  'groupJoin',
  'groupLeave',
  'groupLinkCreate',
  'groupLinkRevoke',
  'groupMute',
  'groupPicture',
  'groupRemove',
  'groupRename',
  'groupRole',
  'groupSettings',
  'hide',
  'inviteAccept',
  'inviteCreate',
  'inviteRevoke',
  'preferences',
  'profileUpdate',
  'unblock',
]);

/** Of what a user does again in the same conversation the last one holds, so they are done one after the other; changes of messages take turns by themselves. */
const inTurn: ReadonlySet<string> = new Set<keyof BoundHandlers>(['bookmark', 'draft', 'preferences']);

/** The handlers with their context, as both dialects call them. */
export function bindHandlers(context: Context): BoundHandlers {
  const bound = Object.entries<Handler>(handlers).map(([name, handle]) => {
    const paid: Handler = changing.has(name)
      ? async (_, session, body) => {
          await context.budgets.take(session.user, 'change');
          return handle(context, session, body);
        }
      : handle;
    const take = (session: Session, body: { conversation: number }) =>
      context.actTurns.take(body.conversation, session.user, () => paid(context, session, body as never));
    return [name, inTurn.has(name) ? take : (session: Session, body: never) => paid(context, session, body)];
  });
  return Object.fromEntries(bound) as BoundHandlers;
}
