import { BerthError, type Role } from '@berth/wire';

const ranks: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/** Throws `forbidden` unless the role is at least that of an admin. */
export function requireAdmin(role: Role): void {
  if (ranks[role] < ranks.admin) throw new BerthError('forbidden', 'only the owner and admins may do this');
}

/** Throws `forbidden` for everybody but the owner. */
export function requireOwner(role: Role): void {
  if (role !== 'owner') throw new BerthError('forbidden', 'only the owner may do this');
}

/** Throws `forbidden` unless the actor's role is above the other's: who may remove and mute whom. */
export function requireAbove(actor: Role, other: Role): void {
  requireAdmin(actor);
  if (ranks[actor] <= ranks[other]) throw new BerthError('forbidden', `not of ${withArticle[other]}`);
}

const withArticle: Readonly<Record<Role, string>> = {
  member: 'a member',
  admin: 'an admin',
  owner: 'the owner',
};

/**
 * The new roles when the actor gives the other one `role`. Only the owner gives roles; giving ownership away makes the
 * former owner an admin.
 */
export function rolesAfter(actor: Role, role: Role): { actor: Role; other: Role } {
  if (actor !== 'owner') throw new BerthError('forbidden', 'only the owner gives roles');
  return { actor: role === 'owner' ? 'admin' : 'owner', other: role };
}
