import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { takeInvite } from '@berth/mysql/invites';
import { parseInviteToken } from '@berth/tokens';
import type { Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { friendRemove } from '../handlers/friend-remove.ts';
import { friendRequest } from '../handlers/friend-request.ts';
import { friends } from '../handlers/friends.ts';
import { inviteAccept } from '../handlers/invite-accept.ts';
import { inviteCreate } from '../handlers/invite-create.ts';
import { inviteRevoke } from '../handlers/invite-revoke.ts';
import { invites } from '../handlers/invites.ts';
import { send } from '../handlers/send.ts';
import { createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode => (nodes[index] ??= createStoredNode(mysql.url));
after(async () => {
  for (const node of nodes) await node.close();
});

const people = (count: number) => createPeople(mysql.db, count) as Promise<[Profile, Profile, ...Profile[]]>;
const make = async (who: Profile, input: { maxUses?: number; forMs?: number } = {}): Promise<string> =>
  (await nodeAt(0).ask(inviteCreate, 'inviteCreate', who, input)).invite.invite;
const accept = (who: Profile, invite: string, node = nodeAt(0)) =>
  node.ask(inviteAccept, 'inviteAccept', who, { invite });
const listed = async (who: Profile) => (await nodeAt(0).ask(invites, 'invites', who, {})).invites;

test('whoever opens an invite becomes a friend, at once and on both sides', async () => {
  const [ann, bob] = await people(2);
  const invite = await make(ann);
  const { friend } = await accept(bob, invite);
  assert.deepEqual([friend.id, friend.online], [ann.id, true]);
  const told = nodeAt(0).publisher.pushed.findLast(({ users }) => users?.includes(ann.id))!;
  assert.deepEqual(
    [told.frame, (told.body as { event: string; friend: { id: number } }).event],
    ['friendEvent', 'accepted'],
  );
  assert.deepEqual(
    (await nodeAt(0).ask(friends, 'friends', ann, {})).friends.map(({ id }) => id),
    [bob.id],
  );
  const said = { conversation: friend.conversation, cid: 'a', text: 'ahoy' };
  assert.equal((await nodeAt(1).ask(send, 'send', ann, said)).seq, 1);
  assert.deepEqual(await accept(bob, invite, nodeAt(1)), { friend });
  assert.deepEqual(
    (await listed(ann)).map((each) => [each.invite, each.uses, each.maxUses, each.revoked]),
    [[invite, 1, 1, false]],
  );
});

test('an invite is good for so many people, however many come at once', async () => {
  const [ann, ...guests] = await people(7);
  const invite = await make(ann, { maxUses: 3 });
  const results = await Promise.allSettled(
    guests.map((guest, index) => accept(guest, invite, nodeAt(index % 2))),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3);
  for (const result of results)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'invite_used_up');
  assert.equal((await listed(ann))[0]!.uses, 3);
});

test('an invite that was taken back, has expired or never was is refused by name', async () => {
  const [ann, bob] = await people(2);
  const revoked = await make(ann);
  await nodeAt(0).ask(inviteRevoke, 'inviteRevoke', ann, { invite: revoked });
  await nodeAt(0).ask(inviteRevoke, 'inviteRevoke', ann, { invite: revoked });
  await assert.rejects(accept(bob, revoked), { code: 'invite_revoked' });
  const expired = await make(ann);
  await mysql.db.run('UPDATE invites SET expires_at = ? WHERE secret = ?', [
    Date.now() - 1,
    parseInviteToken(expired)!.secret,
  ]);
  await assert.rejects(accept(bob, expired), { code: 'invite_expired' });
  await assert.rejects(accept(bob, 'A'.repeat(27)), { code: 'not_found' });
  await assert.rejects(accept(ann, revoked), { code: 'bad_request' });
  await assert.rejects(nodeAt(0).ask(inviteRevoke, 'inviteRevoke', bob, { invite: revoked }), {
    code: 'not_found',
  });
  assert.equal((await listed(ann)).length, 2);
  assert.deepEqual(await listed(bob), []);
});

test('a block, by either, is stronger than an invite, and costs it nothing', async () => {
  for (const blocker of [0, 1]) {
    const pair = await people(2);
    const [ann, bob] = pair;
    const invite = await make(ann);
    await nodeAt(0).ask(block, 'block', pair[blocker]!, { user: pair[1 - blocker]!.id });
    await assert.rejects(accept(bob, invite), { code: 'blocked' });
    assert.equal((await listed(ann))[0]!.uses, 0);
  }
});

test('a request that waits is settled by an invite', async () => {
  const [ann, bob] = await people(2);
  await nodeAt(0).ask(friendRequest, 'friendRequest', ann, { user: bob.id });
  await accept(bob, await make(ann));
  const rows = await mysql.db.rows('SELECT state FROM friend_requests WHERE to_id = ? AND from_id = ?', [
    bob.id,
    ann.id,
  ]);
  assert.deepEqual(
    rows.map((row) => ({ ...(row as object) })),
    [{ state: 1 }],
  );
});

test('who has registered by an invite becomes a friend whatever became of it since, and once', async () => {
  const [ann, bob] = await people(2);
  const invite = await make(ann);
  const key = parseInviteToken(invite)!;
  // As gate does, with the account.
  assert.equal(await mysql.db.transaction((tx) => takeInvite(tx, key, bob.id)), 'live');
  await nodeAt(0).ask(inviteRevoke, 'inviteRevoke', ann, { invite });
  assert.equal((await accept(bob, invite)).friend.id, ann.id);
  await nodeAt(0).ask(friendRemove, 'friendRemove', ann, { user: bob.id });
  await assert.rejects(accept(bob, invite), { code: 'invite_revoked' });
});

test('so many invites are made in a day, and no more at a time', async () => {
  const [ann] = await people(1);
  const made = await Promise.allSettled(Array.from({ length: 25 }, () => make(ann)));
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 20);
  for (const result of made)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'limit_reached');
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await nodeAt(0).ask(invites, 'invites', ann, { limit: 7, cursor });
    for (const { invite } of page.invites) seen.add(invite);
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.equal(seen.size, 20);
});

test('where the operator has switched invites off, none is made or used, and the old ones can be taken back', async () => {
  const [ann, bob] = await people(2);
  const invite = await make(ann);
  const off = createStoredNode(mysql.url, { invites: false });
  await assert.rejects(off.ask(inviteCreate, 'inviteCreate', ann, {}), { code: 'forbidden' });
  await assert.rejects(accept(bob, invite, off), { code: 'forbidden' });
  await off.ask(inviteRevoke, 'inviteRevoke', ann, { invite });
  assert.equal((await off.ask(invites, 'invites', ann, {})).invites[0]!.revoked, true);
  await off.close();
});
