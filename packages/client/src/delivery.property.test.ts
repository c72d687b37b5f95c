import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import fc from 'fast-check';
import { online } from '../test/setup.ts';

/** What may happen to the push of a message, or between two messages. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      conversation: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('lose' as const),
      conversation: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      conversation: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('double' as const),
      conversation: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      conversation: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), conversation: fc.constant(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      conversation: fc.integer({ min: 1, max: 600 }),
    }),
  },
);

test('whatever is lost, late, doubled or cut off, each message comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { client, platform, clock } = await online();
      platform.addConversation(2);
      platform.addConversation(3, 'group');
      const handed = new Map<number, Message[]>([1, 2, 3].map((id) => [id, []]));
      client.on('message', ({ message }) => handed.get(message.conversation)!.push(message));
      const late: Message[] = [];
      let texts = 0;
      for (const { kind, conversation } of steps) {
        const text = `text ${++texts}`;
        if (kind === 'push') platform.say(conversation, text);
        else if (kind === 'lose') platform.store(conversation, text);
        else if (kind === 'late') late.push(platform.store(conversation, text));
        else if (kind === 'send') client.send(conversation, text);
        else if (kind === 'pass') await clock.advance(conversation);
        else if (kind === 'cut') platform.socket.close();
        else {
          const message = platform.say(conversation, text);
          platform.socket.push('deliver', message);
          for (const former of late.splice(0)) platform.socket.push('deliver', former);
        }
      }
      // A last push in each, because a lost last one is the node's to repair.
      await clock.advance(5_000);
      for (const conversation of [1, 2, 3]) platform.say(conversation, `last ${conversation}`);
      await clock.advance(10_000);
      for (const conversation of [1, 2, 3]) {
        assert.deepEqual(
          handed.get(conversation)!.map(({ seq, cid }) => [seq, cid]),
          platform.conversations.get(conversation)!.messages.map(({ seq, cid }) => [seq, cid]),
        );
      }
      assert.equal(client.outgoing().filter(({ state }) => state === 'waiting').length, 0);
      await client.close();
    }),
    { numRuns: 150 },
  );
});
