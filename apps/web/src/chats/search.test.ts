import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginsDay, continues } from './grouping.ts';
import { matches } from './search.ts';

test('a search finds every word, whatever the case, width or accent', () => {
  assert.ok(matches('', ['anything']));
  assert.ok(matches('zoe harbour', ['Zoë Lind', 'see you at the Harbour']));
  assert.ok(matches('ＡＢＣ', ['abc']));
  assert.ok(matches('小船', ['李小船']));
  assert.ok(!matches('zoe port', ['Zoë Lind', 'see you at the Harbour']));
});

test('messages are grouped by sender, time and day', () => {
  const noon = new Date(2026, 10, 21, 12).getTime();
  const first = { sender: 1, sentAt: noon };
  assert.ok(continues({ sender: 1, sentAt: noon + 60_000 }, first));
  assert.ok(!continues({ sender: 2, sentAt: noon + 60_000 }, first));
  assert.ok(!continues({ sender: 1, sentAt: noon + 300_000 }, first));
  assert.ok(!continues(first, undefined));
  const midnight = new Date(2026, 10, 22).getTime();
  const before = { sender: 1, sentAt: midnight - 1_000 };
  assert.ok(beginsDay({ sender: 1, sentAt: midnight }, before));
  assert.ok(!continues({ sender: 1, sentAt: midnight }, before));
  assert.ok(beginsDay(first, undefined));
});
