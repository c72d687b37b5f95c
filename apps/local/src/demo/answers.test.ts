import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answererOf, answerOf } from './answers.ts';
import { asker, friends, groups, hero, stranger, talks } from './cast.ts';

test('everybody has something to say, and says the same to the same', () => {
  for (const character of [...friends, asker, stranger])
    for (let seq = 1; seq < 10; seq++) {
      assert.ok(answerOf(character, seq));
      assert.equal(answerOf(character, seq), answerOf(character, seq));
    }
});

test('in a group whoever is named answers, else one after the other', () => {
  assert.equal(answererOf(friends, 'Marek, are you there?', 1)!.name, 'marek');
  assert.equal(answererOf(friends, '小船在吗？李小船？', 1)!.name, 'xiaochuan');
  assert.equal(answererOf(friends, 'anyone?', 1)!.name, friends[1]!.name);
  assert.equal(answererOf(friends, 'anyone?', 2)!.name, friends[2]!.name);
});

test('whoever is told of in the demo is there', () => {
  const names = [hero, ...friends].map(({ name }) => name);
  for (const [friend, lines] of Object.entries(talks))
    for (const name of [friend, ...lines.map(([who]) => who)]) assert.ok(names.includes(name), name);
  for (const { members, lines } of groups)
    for (const name of [...members, ...lines.map(([who]) => who)]) assert.ok(names.includes(name), name);
});
