import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownName } from './home.ts';

test('names are those of the client at the root, and apart below each path', () => {
  assert.equal(ownName('berth.settings', 'https://example.org/'), 'berth.settings');
  const below = ['chat/', 'other/', 'chat/other/'].map((path) =>
    ownName('berth.settings', `https://example.org/${path}`),
  );
  assert.equal(new Set(['berth.settings', ...below]).size, 4);
});
