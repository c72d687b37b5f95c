import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';
import { type AddedBy, addedByOf } from './added-by.ts';

/** How one user stands to another. */
export interface Acquaintance {
  /** The other one exists. */
  exists: boolean;
  friend: boolean;
  /** This one has blocked the other. */
  blocks: boolean;
  /** The other one has blocked this one. */
  blockedBy: boolean;
  /** Who may add the other one to groups; undefined: they have not chosen. */
  addedBy: AddedBy | undefined;
}

/**
 * How `user` stands to others. Blocks are read with locks, so that within a transaction that made a conversation a block
 * either is seen here or finds the conversation.
 */
export async function readAcquaintances(
  tx: Tx,
  user: number,
  others: readonly number[],
): Promise<Map<number, Acquaintance>> {
  const existing = new Map<number, AddedBy | undefined>();
  const [friends, blocks, blockedBy] = [
    new Set<number>(),
    new Set<number>(),
    new Set<number>(),
    new Set<number>(),
  ];
  await inChunks(others, 256, async (chunk) => {
    const list = marks(chunk.length);
    const collect = async (into: Set<number>, sql: string, params: number[]) => {
      for (const { id } of await tx.rows<{ id: number }>(sql, params)) into.add(id);
    };
    const users = `SELECT id, added_by FROM users WHERE id IN (${list})`;
    for (const { id, added_by } of await tx.rows<{ id: number; added_by: number }>(users, chunk))
      existing.set(id, addedByOf(added_by));
    await collect(
      friends,
      `SELECT friend_id AS id FROM friendships WHERE user_id = ? AND friend_id IN (${list})`,
      [user, ...chunk],
    );
    await collect(
      blocks,
      `SELECT blocked_id AS id FROM blocks WHERE user_id = ? AND blocked_id IN (${list}) LOCK IN SHARE MODE`,
      [user, ...chunk],
    );
    await collect(
      blockedBy,
      `SELECT user_id AS id FROM blocks WHERE user_id IN (${list}) AND blocked_id = ? LOCK IN SHARE MODE`,
      [...chunk, user],
    );
  });
  return new Map(
    others.map((other) => [
      other,
      {
        exists: existing.has(other),
        friend: friends.has(other),
        blocks: blocks.has(other),
        blockedBy: blockedBy.has(other),
        addedBy: existing.get(other),
      },
    ]),
  );
}

/** Why `user` may not come to the other one; undefined when allowed. */
export function refusalOf(acquaintance: Acquaintance, strangersToo: boolean): BerthError | undefined {
  if (!acquaintance.exists) return new BerthError('not_found', 'there is no such user');
  if (acquaintance.blocks || acquaintance.blockedBy) return new BerthError('blocked');
  if (!acquaintance.friend && !strangersToo) return new BerthError('not_friends');
  return undefined;
}

/** Those whom a user may invite, in the order asked for, and why not the first of the others. */
export async function mayBeInvited(
  tx: Tx,
  user: number,
  others: readonly number[],
  rules: { leads: boolean; strangersMayWrite: boolean },
): Promise<{ admitted: number[]; refusal: BerthError | undefined }> {
  const acquaintances = await readAcquaintances(tx, user, others);
  const refusals = others.map((other) => inviteRefusal(acquaintances.get(other)!, rules));
  return {
    admitted: others.filter((_, index) => refusals[index] === undefined),
    refusal: refusals.find((refusal) => refusal !== undefined),
  };
}

/** `leads`: the owner and admins add also those who are no friends of theirs, where these let them. */
function inviteRefusal(
  acquaintance: Acquaintance,
  { leads, strangersMayWrite }: { leads: boolean; strangersMayWrite: boolean },
): BerthError | undefined {
  const { addedBy } = acquaintance;
  const lets = addedBy === 'everybody' || (strangersMayWrite && addedBy !== 'friends');
  const refusal = refusalOf(acquaintance, leads && lets);
  if (refusal !== undefined || addedBy !== 'nobody') return refusal;
  return new BerthError('forbidden', 'this user lets nobody add them to groups');
}
