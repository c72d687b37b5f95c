import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import { me, other } from '../test/fake-platform.ts';
import { online } from '../test/setup.ts';

test('each kind of entry is an event of its own, after the one for all, with what it tells', async () => {
  const { client, platform } = await online();
  const told: unknown[] = [];
  client.on('entry', ({ entry }) => told.push(['entry', entry.kind]));
  client.on('entry:invited', ({ entry, live }) => told.push(['invited', entry.users.length, live]));
  client.on('entry:title', ({ entry }) => told.push(['title', entry.title.toUpperCase()]));
  client.on('change', ({ change }) => told.push(['change', change.kind]));
  client.on('change:edited', ({ change }) => told.push(['edited', change.target, change.text]));
  client.on('change:reacted', ({ change }) => told.push(['reacted', change.emoji, change.count]));
  const push = (details: Partial<Message>) => {
    const { seq, ...message } = platform.store(1, '', { cid: `entry ${told.length}` });
    platform.socket.push(details.target === undefined ? 'entry' : 'changed', { ...message, seq, ...details });
  };
  push({ kind: 'invited', users: [me.id, other.id] });
  push({ kind: 'title', title: 'Crew' });
  push({ kind: 'edited', target: 1, text: 'better' });
  push({ kind: 'reacted', target: 1, emoji: '⚓', on: true, count: 2 });
  assert.deepEqual(told, [
    ['entry', 'invited'],
    ['invited', 2, true],
    ['entry', 'title'],
    ['title', 'CREW'],
    ['change', 'edited'],
    ['edited', 1, 'better'],
    ['change', 'reacted'],
    ['reacted', '⚓', 2],
  ]);
});
