import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Profile } from '@berth/wire';
import type { Conversation } from '../state/conversations.ts';
import { findPlaces, placeOf } from './places.ts';

const person = (id: number, name: string, nick = ''): Profile =>
  ({ id, name, nick, description: '', sex: 0, icon: '' }) as Profile;
const direct = (id: number, peer: Profile) =>
  placeOf({ conversation: id, kind: 'direct', peer } as Conversation, peer.nick || peer.name);
const group = (id: number, title: string) =>
  placeOf({ conversation: id, kind: 'group', title } as Conversation, title);

const places = [
  group(1, 'Harbour crew'),
  direct(2, person(20, 'hana', 'Hana Cruz')),
  direct(3, person(30, 'tomasz', 'Captain')),
];
const names = (query: string, found: Profile[] = []) =>
  findPlaces(query, places, found).map(({ name }) => name);

test('conversations are found by the names that people go by here and elsewhere', () => {
  assert.deepEqual(names(''), ['Harbour crew', 'Hana Cruz', 'Captain']);
  assert.deepEqual(names('hc'), ['Hana Cruz', 'Harbour crew']);
  assert.deepEqual(names('tomasz'), ['Captain']);
  assert.deepEqual(names('xyz'), []);
});

test('whom the server finds comes after, once', () => {
  const found = [person(30, 'tomasz', 'Captain'), person(40, 'tom')];
  assert.deepEqual(names('tom', found), ['Captain', 'tom']);
});
