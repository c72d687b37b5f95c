import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRoute, parseRoute, type Route, settingsPages } from './route.ts';

const id = fc.integer({ min: 1, max: 0x7fff_ffff });
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constantFrom<Route>(
    { section: 'login' },
    { section: 'register' },
    { section: 'reset' },
    { section: 'chats' },
    { section: 'contacts' },
    { section: 'contacts', requests: true },
    { section: 'contacts', invites: true },
    { section: 'contacts', groups: true },
    { section: 'invite', invite: 'AAAAB_cdefghijklmnopqrstuv-' },
    { section: 'join', link: 'AAAAB_cdefghijklmnopqrstuv-' },
    { section: 'settings' },
  ),
  id.map((conversation): Route => ({ section: 'chats', conversation })),
  id.map((person): Route => ({ section: 'contacts', person })),
  fc.constantFrom(...settingsPages).map((page): Route => ({ section: 'settings', page })),
);

test('every place has an address that leads back to it', () => {
  fc.assert(fc.property(route, (place) => assert.deepEqual(parseRoute(formatRoute(place)), place)));
});

test('an address that leads nowhere leads to the chats', () => {
  for (const hash of [
    '',
    '#',
    '#/',
    '#/nowhere',
    '#/chats/0',
    '#/chats/abc',
    '#/chats/-1',
    '#/invite/x',
    '#/invite',
    '#/join/x',
  ]) {
    assert.deepEqual(parseRoute(hash), { section: 'chats' });
  }
});
