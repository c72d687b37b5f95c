import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type KeyValueStorage, MemoryStorage } from '@berth/client';
import type { ConversationSummary, Message } from '@berth/wire';
import { WorkspaceCache } from './cache.ts';
import { Drafts } from './drafts.ts';
import { Workspace } from './workspace.ts';

const message = (seq: number): Message => ({
  conversation: 1,
  seq,
  sender: 7,
  cid: `c${seq}`,
  sentAt: seq,
  text: `text ${seq}`,
});

const conversation = (head: number): ConversationSummary => ({
  conversation: 1,
  kind: 'direct',
  title: '',
  from: 1,
  head,
  read: 0,
  unread: head,
  last: message(head),
  pinned: false,
  silenced: false,
  memberCount: 2,
  member: true,
  role: 'member',
  mutedUntil: 0,
});

/** A page of user 5, never connected, that keeps what it shows in a storage. */
function openPage(storage: KeyValueStorage): { workspace: Workspace; cache: WorkspaceCache } {
  const client = createClient({ gateUrl: 'http://127.0.0.1:1', deviceName: 'test', platform: 'test' });
  const cache = new WorkspaceCache(storage, 5);
  const area = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const workspace = new Workspace(
    client,
    { id: 5, email: 'noor@example.org', name: 'noor', nick: 'Noor', icon: '' },
    new Drafts(area, 5),
    cache,
  );
  cache.follow(workspace);
  return { workspace, cache };
}

/** As long as listeners of observables take to hear of a change. */
const heard = () => new Promise((resolve) => setImmediate(resolve));

test('a page that goes has begun to write everything, and no list before the messages that it tells of', async (t) => {
  const begun: string[] = [];
  const { workspace, cache } = openPage({
    get: () => undefined,
    set: (key) => {
      begun.push(key);
      return new Promise(() => {});
    },
    delete: () => {},
  });
  t.after(() => workspace.close());
  workspace.conversations.replace([conversation(3)]);
  workspace.timeline(1)!.add(message(2));
  await heard();
  void cache.flush();
  assert.deepEqual(begun, ['cache/5/timeline/1', 'cache/5/timelines', 'cache/5/lists']);
});

test('what is kept of a conversation survives that one hears of messages without seeing them', async (t) => {
  const storage = new MemoryStorage();
  const { workspace, cache } = openPage(storage);
  t.after(() => workspace.close());
  workspace.conversations.replace([conversation(2)]);
  for (const seq of [1, 2]) workspace.timeline(1)!.add(message(seq));
  workspace.timeline(1)!.bound(1, 9);
  await heard();
  await cache.flush();
  assert.deepEqual(await cache.messages(1), [message(1), message(2)]);
});

test('what is kept of a conversation is not written over before it has been read', async (t) => {
  const storage = new MemoryStorage();
  storage.set('cache/5/timeline/1', JSON.stringify([message(1), message(2)]));
  const { promise: disk, resolve: spin } = Promise.withResolvers<void>();
  const { workspace, cache } = openPage({
    get: async (key) => {
      await disk;
      return storage.get(key);
    },
    set: (key, value) => storage.set(key, value),
    delete: (key) => storage.delete(key),
  });
  t.after(() => workspace.close());
  workspace.conversations.replace([conversation(3)]);
  const timeline = workspace.timeline(1)!;
  await heard();
  await cache.flush();
  assert.ok(storage.get('cache/5/lists'));
  assert.deepEqual(JSON.parse(storage.get('cache/5/timeline/1')!), [message(1), message(2)]);
  spin();
  await heard();
  assert.deepEqual(timeline.newestMessages(9), [message(1), message(2), message(3)]);
  await cache.flush();
  assert.deepEqual(await cache.messages(1), [message(1), message(2), message(3)]);
});
