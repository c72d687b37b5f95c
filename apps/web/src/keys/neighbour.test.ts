import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbour } from './neighbour.ts';

const list = [3, 1, 4, 2].map((conversation) => ({ conversation, unread: conversation > 2 ? 1 : 0 }));
const unread = ({ unread }: { unread: number }) => unread > 0;

test('one goes up and down the list and around its ends', () => {
  assert.equal(neighbour(list, 1, 1), 4);
  assert.equal(neighbour(list, 1, -1), 3);
  assert.equal(neighbour(list, 2, 1), 3);
  assert.equal(neighbour(list, 3, -1), 2);
  assert.equal(neighbour(list, undefined, 1), 3);
  assert.equal(neighbour(list, undefined, -1), 2);
  assert.equal(neighbour(list, 99, 1), 3, 'one that is not in the list');
});

test('one goes to the nearest that is unread, and nowhere when there is none', () => {
  assert.equal(neighbour(list, 3, 1, unread), 4);
  assert.equal(neighbour(list, 4, 1, unread), 3);
  assert.equal(neighbour(list, 4, -1, unread), 3);
  assert.equal(neighbour([{ conversation: 3, unread: 1 }], 3, 1, unread), undefined);
  assert.equal(neighbour([], undefined, 1), undefined);
});
