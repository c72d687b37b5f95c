import type { Tx } from '@berth/mysql';
import { type ConversationRow, readConversations } from './conversation-rows.ts';
import { type MemberKey, type MemberRow, memberKey, readMembers } from './member-rows.ts';
import type { Standing } from './standing.ts';

/**
 * Reads what users may do in conversations: first the conversations with their versions, then the members, so that a
 * change in between shows as a version that is too old, never as a member who is. Undefined where there is no such
 * conversation.
 */
export async function readStandings(db: Tx, keys: readonly MemberKey[]): Promise<(Standing | undefined)[]> {
  const ids = [...new Set(keys.map((key) => key.conversation))];
  const conversations = await readConversations(db, ids);
  const wanted = new Map<string, MemberKey>();
  for (const { conversation, user } of keys) {
    for (const id of usersConcerned(conversations.get(conversation), user)) {
      wanted.set(memberKey(conversation, id), { conversation, user: id });
    }
  }
  const members = await readMembers(db, [...wanted.values()]);
  return keys.map((key) => {
    const conversation = conversations.get(key.conversation);
    return conversation && standingOf(conversation, key.user, members);
  });
}

function usersConcerned(conversation: ConversationRow | undefined, user: number): number[] {
  if (conversation === undefined) return [];
  const peer = peerOf(conversation, user);
  return peer === undefined ? [user] : [user, peer];
}

/** The other one of a direct conversation; undefined for a group and for strangers to it. */
export function peerOf(
  conversation: { direct: readonly [number, number] | undefined },
  user: number,
): number | undefined {
  if (conversation.direct === undefined) return undefined;
  const [low, high] = conversation.direct;
  if (user === low) return high;
  return user === high ? low : undefined;
}

function standingOf(
  conversation: ConversationRow,
  user: number,
  members: ReadonlyMap<string, MemberRow>,
): Standing {
  const peer = peerOf(conversation, user);
  return {
    conversation: conversation.id,
    user,
    membersVersion: conversation.membersVersion,
    kind: conversation.kind,
    direct: conversation.direct,
    member: members.get(memberKey(conversation.id, user)),
    peer: peer === undefined ? undefined : members.get(memberKey(conversation.id, peer)),
    announcements: conversation.settings?.announcements ?? false,
    slowMs: conversation.settings?.slowMs ?? 0,
  };
}
