import { BerthError, type Mention, mentionsEverybody, type Role } from '@berth/wire';

/** A member row of a conversation; a former member has `leftSeq`. */
export interface MemberState {
  role: Role;
  /** Milliseconds since 1970; 0 when not muted. */
  mutedUntil: number;
  /** Sees what is above. */
  joinedSeq: number;
  /** Sees nothing above; undefined while a member. */
  leftSeq: number | undefined;
  /** Direct only: has blocked the other. */
  blocked: boolean;
  /** Direct only: the two are friends. */
  friend: boolean;
}

/** What a user may do in a conversation, as of one members version. */
export interface Standing {
  conversation: number;
  user: number;
  membersVersion: number;
  kind: 'direct' | 'group';
  /** Both users of a direct conversation, the lower id first. */
  direct: readonly [number, number] | undefined;
  /** Undefined for one who never was a member. */
  member: MemberState | undefined;
  /** Direct only: the other one. */
  peer: MemberState | undefined;
  /** Group only: who is no admin reads and does not write… */
  announcements?: boolean;
  /** …or writes once in so many milliseconds. */
  slowMs?: number;
}

export const isMember = (standing: Standing): boolean =>
  standing.member !== undefined && standing.member.leftSeq === undefined;

/** Whether the user's messages are counted by the group's slow mode: each is judged by the one before it, under the lock. */
export const isSlowed = ({ slowMs, member }: Standing): boolean =>
  slowMs !== undefined && slowMs > 0 && member?.role === 'member';

/** Why the user may not write now; undefined when allowed. `reacting`: where only admins write, others may react and vote. */
export function writeRefusal(
  standing: Standing,
  rules: { strangersMayWrite: boolean; now: number; reacting?: boolean },
): BerthError | undefined {
  const { member, peer } = standing;
  if (member === undefined || member.leftSeq !== undefined) return new BerthError('not_member');
  if (standing.kind === 'direct') {
    if (member.blocked || peer === undefined || peer.blocked) return new BerthError('blocked');
    if (!member.friend && !rules.strangersMayWrite) return new BerthError('not_friends');
    return undefined;
  }
  if (member.mutedUntil > rules.now) {
    return new BerthError('muted', undefined, { retryAfterMs: member.mutedUntil - rules.now });
  }
  if (standing.announcements && member.role === 'member' && !rules.reacting)
    return new BerthError('admins_only');
  return undefined;
}

/** To call everybody of a group is for those who look after it. Of one who may write. */
export function everybodyRefusal(
  { kind, member }: Standing,
  mentions: readonly Mention[] | undefined,
): BerthError | undefined {
  if (!mentionsEverybody(mentions) || (kind === 'group' && member?.role !== 'member')) return undefined;
  return new BerthError('forbidden', 'only admins of a group mention everybody');
}
