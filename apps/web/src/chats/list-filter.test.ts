import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../state/conversations.ts';
import { countFiltered, isLeft } from './list-filter.ts';

const list: Pick<Conversation, 'conversation' | 'kind' | 'unread' | 'markedUnread' | 'mentions'>[] = [
  { conversation: 1, kind: 'direct', unread: 2 },
  { conversation: 2, kind: 'direct', unread: 0 },
  { conversation: 3, kind: 'group', unread: 5, mentions: [5] },
  { conversation: 4, kind: 'group', unread: 0 },
  { conversation: 5, kind: 'direct', unread: 0, markedUnread: true },
  { conversation: 6, kind: 'group', unread: 0, mentions: [9] },
];

const left = (filter: 'unread' | 'mentions' | 'people' | 'groups', open?: number) =>
  list.filter((one) => isLeft(filter, one, open)).map(({ conversation }) => conversation);

test('each filter leaves its own', () => {
  assert.deepEqual(left('unread'), [1, 3, 5]);
  assert.deepEqual(left('mentions'), [3, 6]);
  assert.deepEqual(left('people'), [1, 2, 5]);
  assert.deepEqual(left('groups'), [3, 4, 6]);
});

test('the open conversation stays where one reads what is unread', () => {
  assert.deepEqual(left('unread', 4), [1, 3, 4, 5]);
  assert.deepEqual(left('mentions', 1), [1, 3, 6]);
  assert.deepEqual(left('people', 4), [1, 2, 5]);
});

test('what is counted is what has news, and the archive whole', () => {
  const counts = countFiltered(list, list.slice(0, 1));
  assert.deepEqual(counts, { all: 0, unread: 3, mentions: 2, people: 2, groups: 1, archive: 1 });
});
