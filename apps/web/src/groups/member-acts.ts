import type { Member, Role } from '@berth/wire';

const hourMs = 3_600_000;

export type MemberAct =
  | { kind: 'role'; role: Role }
  | { kind: 'mute'; forMs: number; name: 'hour' | 'day' | 'ever' }
  | { kind: 'unmute' }
  | { kind: 'remove' };

/** Ten years are as long as a mute can last. */
const mutes = [
  { name: 'hour', forMs: hourMs },
  { name: 'day', forMs: 24 * hourMs },
  { name: 'ever', forMs: 10 * 365 * 24 * hourMs },
] as const;

/**
 * What a member of a role may do to another one: the owner everything, an admin mutes and removes plain members,
 * nobody anything to the owner or to themselves. The node decides the same.
 */
export function actsOn(
  member: Pick<Member, 'id' | 'role' | 'mutedUntil'>,
  actor: { id: number; role: Role; member: boolean },
  now: number,
): MemberAct[] {
  const mayManage =
    actor.member &&
    member.id !== actor.id &&
    (actor.role === 'owner' || (actor.role === 'admin' && member.role === 'member'));
  if (!mayManage) return [];
  const roles: MemberAct[] =
    actor.role === 'owner'
      ? [
          { kind: 'role', role: member.role === 'admin' ? 'member' : 'admin' },
          { kind: 'role', role: 'owner' },
        ]
      : [];
  const muting: MemberAct[] =
    member.mutedUntil > now
      ? [{ kind: 'unmute' }]
      : mutes.map(({ name, forMs }): MemberAct => ({ kind: 'mute', name, forMs }));
  return [...roles, ...muting, { kind: 'remove' }];
}
