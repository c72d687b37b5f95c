import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { LiveSession } from '../../session/live-session.ts';
import { SessionIndex } from '../../session/session-index.ts';
import { LocalDelivery } from './local-delivery.ts';

test('frames that wait for their members are bounded over all conversations; what is beyond is repaired', async () => {
  const index = new SessionIndex();
  const pushed: Uint8Array[] = [];
  const session = { user: 1, conversations: [], push: (frame: Uint8Array) => pushed.push(frame) };
  const lost = new Set<number>();
  const read = Promise.withResolvers<void>();
  const conversations = Array.from({ length: 10 }, (_, at) => at + 1);
  for (const conversation of conversations)
    index.enter(session as unknown as LiveSession, {
      conversation,
      membersVersion: 1,
      head: 0,
      joinedSeq: 0,
    });
  const local = new LocalDelivery({
    index,
    catchUp: async (conversation, version) => {
      await read.promise;
      index.conversation(conversation)!.version = version;
      return true;
    },
    isChanging: () => false,
    onLost: (conversation) => lost.add(conversation),
    onGap: () => {},
    maxWaitingBytes: 1_000,
  });
  for (let seq = 1; seq <= 3; seq++)
    for (const conversation of conversations)
      local.deliver({ conversation, seq, membersVersion: 2, frame: new Uint8Array(100) });
  assert.equal(local.waitingBytes, 1_000);
  assert.equal(lost.size, 10, 'each has lost some');
  read.resolve();
  await turn();
  assert.equal(pushed.length, 10);
  assert.equal(local.waitingBytes, 0);
});

test('what a repair has pushed is not pushed again when it comes by its own way', () => {
  const index = new SessionIndex();
  const pushed: number[] = [];
  const session = { user: 1, conversations: [], push: (frame: Uint8Array) => pushed.push(frame[0]!) };
  index.enter(session as unknown as LiveSession, {
    ...{ conversation: 1, membersVersion: 1, head: 0, joinedSeq: 0 },
  });
  const gaps: number[] = [];
  const local = new LocalDelivery({
    index,
    catchUp: async () => true,
    isChanging: () => false,
    onLost: () => {},
    onGap: (conversation) => gaps.push(conversation),
  });
  for (const seq of [1, 3, 3, 2, 1, 3, 4])
    local.deliver({ conversation: 1, seq, membersVersion: 1, frame: new Uint8Array([seq]) });
  assert.deepEqual(pushed, [1, 3, 2, 4]);
  assert.deepEqual(gaps, [1]);
});
