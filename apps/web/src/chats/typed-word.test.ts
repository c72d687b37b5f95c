import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedWord } from './typed-word.ts';

test('a name or an emoji is completed where one is typed, and nowhere else', () => {
  const at = (text: string) => typedWord(text, text.length);
  assert.deepEqual(at('hi @an'), { sign: '@', word: 'an', at: 3 });
  assert.deepEqual(at('@'), { sign: '@', word: '', at: 0 });
  assert.deepEqual(at('你好@小'), { sign: '@', word: '小', at: 2 });
  assert.deepEqual(at('done :tad'), { sign: ':', word: 'tad', at: 5 });
  assert.deepEqual(at('好:+1'), { sign: ':', word: '+1', at: 1 });
  for (const text of ['ann@example', 'at 14:20', 'https://x', ':)', ': a', '@an ', 'a:bc', '::ab'])
    assert.equal(at(text), undefined, text);
  assert.deepEqual(typedWord('@an and more', 3), { sign: '@', word: 'an', at: 0 });
});
