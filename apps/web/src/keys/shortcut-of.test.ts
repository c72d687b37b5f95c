import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortcutOf } from './shortcut-of.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false };
const asked = (key: string, held: Partial<typeof none> = {}, isWriting = false) =>
  shortcutOf({ key, ...none, ...held }, isWriting);

test('keys ask for the same in a field and beside it, unless they are what they say', () => {
  for (const isWriting of [false, true]) {
    assert.equal(asked('k', { ctrlKey: true }, isWriting), 'palette');
    assert.equal(asked('K', { metaKey: true }, isWriting), 'palette');
    assert.equal(asked('/', { ctrlKey: true }, isWriting), 'keys');
    assert.equal(asked('ArrowDown', { altKey: true }, isWriting), 'next');
    assert.equal(asked('ArrowUp', { altKey: true, shiftKey: true }, isWriting), 'previousUnread');
    assert.equal(asked('Escape', {}, isWriting), 'back');
  }
  assert.equal(asked('?', { shiftKey: true }), 'keys');
  assert.equal(asked('?', { shiftKey: true }, true), undefined);
  assert.equal(asked('z', { ctrlKey: true }), 'undo');
  assert.equal(asked('z', { ctrlKey: true }, true), undefined, 'what one has typed is undone there');
});

test('nothing is asked for by what means something else', () => {
  assert.equal(asked('k'), undefined);
  assert.equal(asked('ArrowDown'), undefined);
  assert.equal(asked('ArrowDown', { altKey: true, ctrlKey: true }), undefined);
  assert.equal(asked('k', { ctrlKey: true, shiftKey: true }), undefined);
  assert.equal(asked('Escape', { isComposing: true }), undefined, 'it leaves the input method');
});
