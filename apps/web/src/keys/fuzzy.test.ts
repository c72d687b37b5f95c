import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzyScore } from './fuzzy.ts';

/** Names from the best to the worst, those that do not fit left out. */
const ranked = (query: string, names: string[]) =>
  names
    .map((name) => ({ name, score: fuzzyScore(query, name) }))
    .filter(({ score }) => score !== undefined)
    .sort((one, other) => other.score! - one.score!)
    .map(({ name }) => name);

test('a name fits when it has all letters in their order, whatever their case and accents', () => {
  assert.deepEqual(ranked('hbr', ['Harbour crew', 'Noor', 'brh']), ['Harbour crew']);
  assert.deepEqual(ranked('eloise', ['Éloïse']), ['Éloïse']);
  assert.deepEqual(ranked('港口', ['港口的人', '人']), ['港口的人']);
  assert.equal(fuzzyScore('', 'anything'), 0);
  assert.equal(fuzzyScore('longer than it', 'long'), undefined);
});

test('beginnings come first, then beginnings of words, then runs, then the rest', () => {
  assert.deepEqual(ranked('an', ['Dana', 'Ann', 'Tom Anders', 'Alwin']), [
    'Ann',
    'Tom Anders',
    'Alwin',
    'Dana',
  ]);
  assert.deepEqual(ranked('hc', ['the chart', 'Harbour crew']), ['Harbour crew', 'the chart']);
  assert.deepEqual(ranked('crew', ['Harbour crew', 'Crew', 'car rework']), [
    'Crew',
    'Harbour crew',
    'car rework',
  ]);
});
