import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ClientEvents } from './types.ts';

/** An event that is new does not compile without a place here, nor passes without a line in the README. */
const events: Record<keyof ClientEvents, true> = {
  ...{ state: true, message: true, entry: true, change: true, skipped: true, conversations: true },
  ...{ resumed: true, outgoing: true, marked: true, typed: true, hidden: true, threadMarked: true },
  ...{ drafted: true, voted: true, scheduleChanged: true, bookmarked: true, presence: true },
  ...{ friendEvent: true, conversationEvent: true, fault: true },
  ...{ 'entry:joined': true, 'entry:invited': true, 'entry:left': true, 'entry:removed': true },
  ...{ 'entry:role': true, 'entry:muted': true, 'entry:title': true, 'entry:settings': true },
  ...{ 'entry:fence': true, 'change:edited': true, 'change:recalled': true, 'change:reacted': true },
  ...{ 'change:pinned': true, 'change:polled': true },
};

test('every event has a line of its own in the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const described = [...readme.matchAll(/^\| `([\w:]+)` \| \S/gm)].map(([, name]) => name!);
  assert.deepEqual(
    described.filter((name) => Object.hasOwn(events, name)).sort(),
    Object.keys(events).sort(),
  );
});
