import { isDuplicateKey, type Tx } from '@berth/mysql';
import { BerthError, type Role } from '@berth/wire';
import type { NewEntry } from '../log/append-entries.ts';
import { mayBeInvited } from '../membership/acquaintance.ts';
import { readMembersAmong, roles } from '../membership/member-rows.ts';
import { bytesOf, textOf } from '../stores/attachment-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { changeGroup } from './change-group.ts';
import { requireAbove, requireAdmin, rolesAfter } from './group-rules.ts';
import { type LogChange, type MembersChange, recordChange, unchanged } from './log-change.ts';
import { addMembers, endMembership, insertConversation } from './member-writes.ts';
import { listGroup } from './mysql-group-directory.ts';

interface PictureChange extends LogChange {
  title: string;
  /** The picture before. */
  former?: { owner: number; file: string };
}

export interface MysqlGroupStoreOptions {
  mysql: Database;
  maxMembers: number;
  /** Groups that one user has made, at most. */
  maxCreated: number;
  /** Admins may then invite whom they do not know. */
  strangersMayWrite: boolean;
}

/**
 * Changes of groups, each one transaction under the conversation's lock, and an entry of its log: whoever appends
 * afterwards finds the seq taken and looks again. Errors: `not_member`, `forbidden`, `not_found`, `limit_reached`.
 */
export class MysqlGroupStore {
  readonly #mysql: Database;
  readonly #maxMembers: number;
  readonly #maxCreated: number;
  readonly #strangersMayWrite: boolean;

  constructor({ mysql, maxMembers, maxCreated, strangersMayWrite }: MysqlGroupStoreOptions) {
    this.#mysql = mysql;
    this.#maxMembers = maxMembers;
    this.#maxCreated = maxCreated;
    this.#strangersMayWrite = strangersMayWrite;
  }

  /** The same creator's same cid answers with the first group, whatever else is said. */
  async create(
    creator: number,
    cid: string,
    title: string,
    invited: readonly number[],
  ): Promise<MembersChange & { conversation: number; created: boolean }> {
    const known = await this.#createdAs(creator, cid);
    if (known !== undefined) return known;
    const others = [...new Set(invited)].filter((user) => user !== creator);
    if (others.length + 1 > this.#maxMembers) throw tooManyMembers(this.#maxMembers);
    const [count] = await this.#mysql.rows<{ n: number }>(
      'SELECT COUNT(*) AS n FROM conversations WHERE created_by = ? AND create_cid IS NOT NULL',
      [creator],
    );
    if (count!.n >= this.#maxCreated) {
      throw new BerthError('limit_reached', `you have made ${this.#maxCreated} groups already`);
    }
    try {
      return await this.#mysql.transaction(async (tx) => {
        const admitted = await this.#admit(tx, creator, 'owner', others);
        const now = Date.now();
        const memberCount = admitted.length + 1;
        const row = await insertConversation(
          tx,
          { kind: 'group', createdBy: creator, memberCount, title, cid },
          now,
        );
        const members = [
          { user: creator, role: 'owner' as Role },
          ...admitted.map((user) => ({ user, role: 'member' as Role })),
        ];
        await addMembers(tx, row, members, 0, now);
        const users = members.map(({ user }) => user);
        return { ...unchanged(row), conversation: row.id, users, created: true };
      });
    } catch (error) {
      if (!isDuplicateKey(error, 'conversations_creation')) throw error;
      return (await this.#createdAs(creator, cid))!;
    }
  }

  async rename(conversation: number, actor: number, title: string): Promise<LogChange> {
    return changeGroup(this.#mysql, conversation, actor, actor, async ({ tx, row, actor: { role } }) => {
      requireAdmin(role);
      const change = await recordChange(tx, row, [{ kind: 'title', sender: actor, details: { title } }]);
      await tx.run('UPDATE conversations SET title = ? WHERE id = ?', [title, conversation]);
      if (row.settings?.open) await listGroup(tx, { id: conversation, title }, true);
      return change;
    });
  }

  /** Throws what `depict` would. */
  async requireChange(conversation: number, actor: number): Promise<void> {
    await changeGroup(this.#mysql, conversation, actor, actor, async ({ actor: { role } }) =>
      requireAdmin(role),
    );
  }

  /** Its picture: a file of the actor's, empty for none; with what it was before, and the title, which stays. */
  async depict(conversation: number, actor: number, file: string): Promise<PictureChange> {
    return changeGroup(this.#mysql, conversation, actor, actor, async ({ tx, row, actor: { role } }) => {
      requireAdmin(role);
      const [before] = await tx.rows<{ picture: Buffer | null; picture_owner: number | null }>(
        'SELECT picture, picture_owner FROM conversations WHERE id = ?',
        [conversation],
      );
      const former = before?.picture && { owner: before.picture_owner!, file: textOf(before.picture) };
      const { title } = row;
      const told: NewEntry = { kind: 'title', sender: actor, details: { title, picture: file } };
      const change = await recordChange(tx, row, [told]);
      await tx.run('UPDATE conversations SET picture = ?, picture_owner = ? WHERE id = ?', [
        ...(file === '' ? [null, null] : [bytesOf(file), actor]),
        conversation,
      ]);
      return { ...change, title, ...(former && former.file !== file && { former }) };
    });
  }

  /** Adds those who may be invited and are not members; `users` are those. */
  async invite(conversation: number, actor: number, invited: readonly number[]): Promise<MembersChange> {
    return changeGroup(this.#mysql, conversation, actor, actor, async ({ tx, row, actor: { role } }) => {
      const wanted = [...new Set(invited)];
      const there = await readMembersAmong(tx, conversation, wanted);
      const present = new Set(there.flatMap(({ user, leftSeq }) => (leftSeq === undefined ? [user] : [])));
      const admitted = await this.#admit(
        tx,
        actor,
        role,
        wanted.filter((user) => !present.has(user)),
      );
      if (admitted.length === 0) return { ...unchanged(row), users: [] };
      if (row.memberCount + admitted.length > this.#maxMembers) throw tooManyMembers(this.#maxMembers);
      const members = admitted.map((user) => ({ user, role: 'member' as Role }));
      const change = await recordChange(
        tx,
        row,
        [{ kind: 'invited', sender: actor, details: { users: admitted } }],
        admitted.length,
      );
      // Who comes sees the entry that says so.
      await addMembers(tx, row, members, change.entries[0]!.seq - 1, Date.now());
      return { ...change, users: admitted };
    });
  }

  async remove(conversation: number, actor: number, user: number): Promise<MembersChange> {
    if (user === actor)
      throw new BerthError('bad_request', 'one leaves a group, one does not remove oneself');
    return changeGroup(
      this.#mysql,
      conversation,
      actor,
      user,
      async ({ tx, row, actor: { role }, other }) => {
        requireAbove(role, other.role);
        const gone: NewEntry = { kind: 'removed', sender: actor, details: { users: [user] } };
        const change = await recordChange(tx, row, [gone], -1);
        await endMembership(tx, row, user, change.entries[0]!.seq, Date.now());
        return { ...change, users: [user] };
      },
    );
  }

  /** An owner who leaves is followed by the admin, else the member, who has been there longest. */
  async leave(conversation: number, user: number): Promise<MembersChange & { newOwner: number | undefined }> {
    return changeGroup(this.#mysql, conversation, user, user, async ({ tx, row, actor }) => {
      const newOwner = actor.role === 'owner' ? await longestThere(tx, conversation, user) : undefined;
      const left: NewEntry = { kind: 'left', sender: user, details: {} };
      const follows = newOwner === undefined ? [] : [roleEntry(user, newOwner, 'owner')];
      const change = await recordChange(tx, row, [left, ...follows], -1);
      await endMembership(tx, row, user, change.entries[0]!.seq, Date.now());
      if (newOwner !== undefined) await setRole(tx, conversation, newOwner, 'owner');
      // The last one has gone.
      if (row.memberCount === 1) await listGroup(tx, row, false);
      const users = newOwner === undefined ? [user] : [user, newOwner];
      return { ...change, users, newOwner };
    });
  }

  async giveRole(conversation: number, actor: number, user: number, role: Role): Promise<MembersChange> {
    if (user === actor) throw new BerthError('bad_request', 'one gives no role to oneself');
    return changeGroup(this.#mysql, conversation, actor, user, async ({ tx, row, actor: { role: own } }) => {
      const after = rolesAfter(own, role);
      const steps = after.actor === own ? [] : [roleEntry(actor, actor, after.actor)];
      const change = await recordChange(tx, row, [roleEntry(actor, user, after.other), ...steps]);
      await setRole(tx, conversation, user, after.other);
      await setRole(tx, conversation, actor, after.actor);
      const users = after.actor === own ? [user] : [user, actor];
      return { ...change, users };
    });
  }

  /** Until `until` (milliseconds since 1970); 0 lifts the mute. */
  async mute(conversation: number, actor: number, user: number, until: number): Promise<MembersChange> {
    return changeGroup(
      this.#mysql,
      conversation,
      actor,
      user,
      async ({ tx, row, actor: { role }, other }) => {
        requireAbove(role, other.role);
        const muted: NewEntry = {
          kind: 'muted',
          sender: actor,
          details: { users: [user], mutedUntil: until },
        };
        const change = await recordChange(tx, row, [muted]);
        await tx.run('UPDATE members SET muted_until = ? WHERE conversation_id = ? AND user_id = ?', [
          until,
          conversation,
          user,
        ]);
        return { ...change, users: [user] };
      },
    );
  }

  /** Those whom the actor may add. Throws why when there is somebody to add but nobody may be. */
  async #admit(tx: Tx, actor: number, role: Role, users: readonly number[]): Promise<number[]> {
    const rules = { leads: role !== 'member', strangersMayWrite: this.#strangersMayWrite };
    const { admitted, refusal } = await mayBeInvited(tx, actor, users, rules);
    if (admitted.length === 0 && refusal !== undefined) throw refusal;
    return admitted;
  }

  async #createdAs(
    creator: number,
    cid: string,
  ): Promise<(MembersChange & { conversation: number; created: boolean }) | undefined> {
    const [row] = await this.#mysql.rows<{ id: number; members_version: number }>(
      'SELECT id, members_version FROM conversations WHERE created_by = ? AND create_cid = ?',
      [creator, cid],
    );
    return (
      row && {
        ...unchanged({ membersVersion: row.members_version }),
        conversation: row.id,
        users: [],
        created: false,
      }
    );
  }
}

const roleEntry = (by: number, user: number, role: Role): NewEntry => ({
  kind: 'role',
  sender: by,
  details: { users: [user], role },
});

/** Beside the one who goes. */
async function longestThere(tx: Tx, conversation: number, but: number): Promise<number | undefined> {
  const [row] = await tx.rows<{ user_id: number }>(
    `SELECT user_id FROM members WHERE conversation_id = ? AND left_seq IS NULL AND user_id <> ?
     ORDER BY role DESC, joined_seq, user_id LIMIT 1`,
    [conversation, but],
  );
  return row?.user_id;
}

async function setRole(tx: Tx, conversation: number, user: number, role: Role): Promise<void> {
  await tx.run('UPDATE members SET role = ? WHERE conversation_id = ? AND user_id = ?', [
    roles.indexOf(role),
    conversation,
    user,
  ]);
}

const tooManyMembers = (max: number) => new BerthError('limit_reached', `a group has at most ${max} members`);
