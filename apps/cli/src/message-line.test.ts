import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from './context.ts';
import { messageLine } from './message-line.ts';

test('of words that were edited and not kept, who left before is told so, beside the files', async () => {
  const people = { nick: async () => 'ann', title: () => 'Crew' };
  const lineIn = async (language: 'en' | 'zh', more: object) => {
    const context = { people, language, open: 1, shown: new Map() } as unknown as Context;
    const message = {
      conversation: 1,
      seq: 3,
      sender: 7,
      cid: 'a',
      sentAt: 0,
      text: '',
      unkept: true,
      ...more,
    };
    return (await messageLine(context, message as never))!.replace(/^\d\d:\d\d /, '');
  };
  const attachments = [{ file: 'f', kind: 'file', name: 'tide.txt', type: 'text/plain', bytes: 5 }];
  assert.equal(
    await lineIn('en', { recalledBy: 7 }),
    'ann: (edited later; what it said before was not kept)',
  );
  assert.equal(
    await lineIn('zh', { attachments }),
    'ann: （之后被编辑过，当时的内容没有保留） [1] tide.txt (5 B)',
  );
});
