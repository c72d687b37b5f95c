import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveSession } from '../../session/live-session.ts';
import { SessionIndex } from '../../session/session-index.ts';
import { Watchers } from './watchers.ts';

test('of all changes that wait no more are kept than may, and told ones make room', () => {
  const index = new SessionIndex();
  const frames: Uint8Array[] = [];
  const sessions = [1, 2, 3].map(
    (user) =>
      ({
        user,
        conversations: [],
        push: (frame: Uint8Array) => frames.push(frame),
      }) as unknown as LiveSession,
  );
  for (const session of sessions) index.add(session);
  const watchers = new Watchers(index, 10);
  for (const watcher of [1, 2, 3])
    for (let user = 100; user < 106; user++) watchers.note(watcher, user, true);
  watchers.note(1, 100, false);
  assert.equal(watchers.waiting, 10);
  watchers.flush();
  assert.equal(frames.length, 2);
  assert.equal(watchers.waiting, 0);
  watchers.note(3, 100, true);
  assert.equal(watchers.waiting, 1);
});
