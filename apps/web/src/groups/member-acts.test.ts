import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Role } from '@berth/wire';
import { actsOn } from './member-acts.ts';

const kinds = (actor: Role, target: Role, mutedUntil = 0) =>
  actsOn({ id: 2, role: target, mutedUntil }, { id: 1, role: actor, member: true }, 1_000).map((act) =>
    act.kind === 'role' ? act.role : act.kind,
  );

test('the owner does everything, an admin mutes and removes members, a member nothing', () => {
  assert.deepEqual(kinds('owner', 'member'), ['admin', 'owner', 'mute', 'mute', 'mute', 'remove']);
  assert.deepEqual(kinds('owner', 'admin').slice(0, 2), ['member', 'owner']);
  assert.deepEqual(kinds('admin', 'member'), ['mute', 'mute', 'mute', 'remove']);
  assert.deepEqual(kinds('admin', 'admin'), []);
  assert.deepEqual(kinds('admin', 'owner'), []);
  assert.deepEqual(kinds('member', 'member'), []);
});

test('someone muted can be unmuted', () => {
  assert.deepEqual(kinds('admin', 'member', 2_000), ['unmute', 'remove']);
});

test('nobody does anything to themselves, and who has left does nothing', () => {
  const self = { id: 1, role: 'owner' as const, mutedUntil: 0 };
  assert.deepEqual(actsOn(self, { id: 1, role: 'owner', member: true }, 0), []);
  assert.deepEqual(
    actsOn({ ...self, id: 2, role: 'member' }, { id: 1, role: 'owner', member: false }, 0),
    [],
  );
});
