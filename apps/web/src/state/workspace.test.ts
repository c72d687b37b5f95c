import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type BerthClient, MemoryStorage } from '@berth/client';
import { eventually } from '@berth/fixtures';
import type { ConversationSummary, Message } from '@berth/wire';
import { WorkspaceCache } from './cache.ts';
import { Drafts } from './drafts.ts';
import { Workspace } from './workspace.ts';

const [me, other, id] = [5, 7, 1];

const message = (seq: number, more: Partial<Message> = {}): Message => ({
  ...{ conversation: id, seq, sender: other, cid: `c${seq}`, sentAt: seq, text: `text ${seq}` },
  ...more,
});

const summary = (more: Partial<ConversationSummary> = {}): ConversationSummary => ({
  ...{ conversation: id, kind: 'direct', title: '', from: 1, head: 3, read: 0, unread: 3, last: message(3) },
  ...{ pinned: false, silenced: false, memberCount: 2, member: true, role: 'member', mutedUntil: 0 },
  ...more,
});

/** A page whose client says what it is told to. */
function openPage(t: TestContext, told: ConversationSummary) {
  const listeners = new Map<string, ((value: unknown) => void)[]>();
  const server = { told, asked: [] as string[] };
  const client = {
    state: { kind: 'online' },
    on: (event: string, listener: (value: unknown) => void) => {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
      return () => {};
    },
    request: async (name: string) => {
      server.asked.push(name);
      return {
        ...{ conversations: [server.told], conversation: server.told, friends: [], requests: [], blocks: [] },
        ...{ messages: [], more: false, users: [] },
      };
    },
    conversations: () => ({
      pages: [server.told],
      get done() {
        return this.pages.length === 0;
      },
      async next() {
        return this.pages.splice(0);
      },
    }),
    receipts: () => ({ received: 0, read: 0 }),
    now: () => Date.now(),
    markRead: () => {},
    close: async () => {},
  } as unknown as BerthClient;
  const workspace = new Workspace(
    client,
    { id: me, email: 'noor@example.org', name: 'noor', nick: 'Noor', icon: '' },
    new Drafts({ getItem: () => null, setItem: () => {}, removeItem: () => {} }, me),
    new WorkspaceCache(new MemoryStorage(), me),
  );
  t.after(() => workspace.close());
  const tell = (event: string, value: unknown) => {
    for (const listener of listeners.get(event) ?? []) listener(value);
  };
  return { workspace, server, tell };
}

test('what was read on another device during an absence is read here, too, and a short break asks for nothing', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const { workspace, server, tell } = openPage(t, summary());
  const { conversations } = workspace;
  tell('resumed', {});
  await eventually('the list', () => conversations.get(id));
  assert.equal(conversations.unread, 3);
  server.told = summary({ read: 3, unread: 0, pinned: true });
  const away = (ms: number) => {
    tell('state', { kind: 'waiting', until: 0 });
    t.mock.timers.tick(ms);
    tell('state', { kind: 'connecting' });
    tell('state', { kind: 'online' });
    server.asked = [];
    tell('resumed', {});
  };
  away(1_000);
  assert.ok(!server.asked.includes('conversations'));
  away(60_000);
  await eventually('what the other device did', () => conversations.unread === 0);
  assert.equal(conversations.get(id)!.pinned, true);
});

test('who deletes a message for themselves hears of it twice and counts it once', async (t) => {
  const { workspace, tell } = openPage(t, summary());
  workspace.conversations.replace([summary()]);
  tell('hidden', { conversation: id, seqs: [2] });
  await workspace.deleteForMe(id, [2]);
  assert.equal(workspace.conversations.get(id)!.hiddenMessages, 1);
  tell('hidden', { conversation: id, seqs: [1, 2] });
  assert.equal(workspace.conversations.get(id)!.hiddenMessages, 2);
});

test('the last message is not taken from the list where it does not tell which reactions are one’s own', (t) => {
  const { workspace } = openPage(t, summary());
  const reaction = { emoji: '👍', count: 9, users: [11, 12, 13, 14, 15, 16, 17, 18] };
  workspace.conversations.replace([
    summary({ last: message(3, { reactions: [reaction] }) }),
    summary({ conversation: 2, last: message(3, { conversation: 2 }) }),
  ]);
  assert.equal(workspace.timeline(id)!.get(3), undefined);
  assert.equal(workspace.timeline(2)!.get(3)?.text, 'text 3');
});

test('nobody is told that they are typing themselves', (t) => {
  const { workspace, tell } = openPage(t, summary());
  for (const user of [me, other]) tell('typed', { conversation: id, user });
  assert.deepEqual(workspace.typing.in(id), [other]);
  workspace.typing.stopped(id, other);
});
