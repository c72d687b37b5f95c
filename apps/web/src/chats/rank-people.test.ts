import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankPeople } from './rank-people.ts';

const people = [
  { id: 1, name: 'ann', nick: 'Ann Harbour' },
  { id: 2, name: 'anton', nick: 'Anton' },
  { id: 3, name: 'bob', nick: 'Bob', alias: 'Andy' },
  { id: 4, name: 'cat', nick: 'Cat von Antwerp' },
  { id: 5, name: 'zoe', nick: 'Zoé' },
];

test('people are ranked by how their names begin, who wrote lately, who is a friend, and the alphabet', () => {
  const ranked = (typed: string, recent: number[] = [], friends: number[] = []) =>
    rankPeople(people, typed, { recent, isFriend: (user) => friends.includes(user) }, 10).map(({ id }) => id);
  assert.deepEqual(ranked('an'), [3, 1, 2, 4]);
  assert.deepEqual(ranked('AN', [4, 2]), [2, 3, 1, 4]);
  assert.deepEqual(ranked('an', [], [1]), [1, 3, 2, 4]);
  assert.deepEqual(ranked('harb'), [1]);
  assert.deepEqual(ranked('zoe'), [5]);
  assert.deepEqual(ranked('x'), []);
  assert.deepEqual(ranked('', [5]), [5, 3, 1, 2, 4]);
  assert.equal(rankPeople(people, '', { recent: [], isFriend: () => false }, 2).length, 2);
});
