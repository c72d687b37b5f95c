import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendsBy } from './composer-keys.ts';

const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };

test('Enter sends, Shift+Enter breaks the line, an input method keeps its Enter', () => {
  assert.ok(sendsBy(enter));
  assert.ok(!sendsBy({ ...enter, shiftKey: true }));
  assert.ok(!sendsBy({ ...enter, isComposing: true }));
  assert.ok(!sendsBy({ ...enter, keyCode: 229 }));
  assert.ok(!sendsBy({ ...enter, key: 'a' }));
});
