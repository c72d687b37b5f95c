import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drafts } from './drafts.ts';

function area() {
  const texts = new Map<string, string>();
  return {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
    removeItem: (key: string) => void texts.delete(key),
  };
}

const untold = (drafts: Drafts) => drafts.untold().map(([id, { text }]) => [id, text]);

test('what is typed is untold until the server has it, and over a reload', () => {
  const kept = area();
  const drafts = new Drafts(kept, 1);
  drafts.set(5, { text: 'half' });
  assert.deepEqual(untold(drafts), [[5, 'half']]);
  const [[, told]] = drafts.untold() as [[number, { text: string }]];
  drafts.set(5, { text: 'half a thought' });
  drafts.told(5, told, 100);
  assert.deepEqual(untold(drafts), [[5, 'half a thought']], 'more was typed meanwhile');
  drafts.save();
  const later = new Drafts(kept, 1);
  assert.deepEqual(untold(later), [[5, 'half a thought']]);
  later.told(5, later.untold()[0]![1], 200);
  assert.deepEqual(untold(later), []);
  assert.equal(later.get(5)!.text, 'half a thought');
  // Sent: the server is to hear that it is no more.
  later.set(5, { text: '' });
  assert.equal(later.get(5), undefined);
  assert.deepEqual(untold(later), [[5, '']]);
  later.told(5, later.untold()[0]![1], 300);
  assert.deepEqual(untold(later), []);
  // Sent while it was on its way to the server.
  later.set(5, { text: 'quick' });
  const [quick] = later.untold();
  later.set(5, { text: '' });
  later.told(5, quick![1], 400);
  assert.deepEqual(untold(later), [[5, '']]);
  later.told(5, later.untold()[0]![1], 500);
  // One that the server never had needs no word.
  later.set(6, { text: 'x' });
  later.set(6, { text: '' });
  assert.deepEqual(untold(later), []);
});

test('of what is typed on two devices the later one holds', () => {
  const drafts = new Drafts(area(), 1);
  drafts.heard(5, { text: 'there' }, 100);
  assert.equal(drafts.get(5)!.text, 'there');
  drafts.heard(5, { text: 'before' }, 50);
  assert.equal(drafts.get(5)!.text, 'there');
  drafts.set(5, { text: 'here' });
  drafts.heard(5, { text: 'there again' }, 150);
  assert.equal(drafts.get(5)!.text, 'here', 'what was typed here is told next');
  drafts.told(5, drafts.untold()[0]![1], 200);
  drafts.heard(5, { text: '' }, 300);
  assert.equal(drafts.get(5), undefined);
});

test('what was sent or deleted elsewhere while this device was away is no more', () => {
  const drafts = new Drafts(area(), 1);
  for (const id of [5, 6, 7, 8]) drafts.heard(id, { text: `in ${id}` }, 100);
  drafts.set(6, { text: 'typed here since' });
  drafts.heard(8, { text: 'kept after the list was read' }, 400);
  // Refused by the server: this device's alone.
  drafts.set(9, { text: 'too long' });
  drafts.told(9, drafts.untold().find(([id]) => id === 9)![1], 0);
  drafts.heardAll(new Set([7]), 300);
  assert.deepEqual(
    [5, 6, 7, 8, 9].filter((id) => drafts.get(id) !== undefined),
    [6, 7, 8, 9],
  );
});
