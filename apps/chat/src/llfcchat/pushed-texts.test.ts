import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import fc from 'fast-check';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import { oldIds } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { PushedTexts } from './pushed-texts.ts';

const [self, friend, conversation] = [1, 2, 9];
const message = (seq: number): Message => ({
  ...{ conversation, seq, sender: friend, cid: `c${seq}`, sentAt: 0, text: `t${seq}` },
});

/** An old client, what is stored of its one conversation, and the seqs that it was pushed, in order. */
function createClient(marks: Map<number, number> | undefined, received = 0) {
  const client = {
    variant: 'unknown' as OldSession['variant'],
    stored: [] as Message[],
    pushed: [] as number[],
    mark: marks?.get(conversation),
  };
  const answers: Record<string, (body: { after: number; limit: number }) => object> = {
    conversations: () => ({ conversations: [{ conversation, kind: 'direct', head: client.stored.length }] }),
    mark: () => ({ read: 0, received }),
    sync: ({ after, limit }) => {
      const messages = client.stored.slice(after, after + Math.min(limit, 3));
      return { messages, more: after + messages.length < client.stored.length };
    },
  };
  const old = {
    user: self,
    get variant() {
      return client.variant;
    },
    conversation: async () => ({ kind: 'direct' }),
    ask: async (name: string, body: never) => {
      await new Promise((resolve) => setImmediate(resolve));
      return answers[name]!(body);
    },
    send: (id: number, body: { text_array?: { content: string }[]; chat_datas: { content: string }[] }) => {
      assert.equal(id, oldIds.notifyTextChat);
      const texts = body.text_array ?? body.chat_datas;
      for (const { content } of texts) client.pushed.push(Number(content.slice(1)));
    },
  } as unknown as OldSession;
  const store = {
    read: async () => marks,
    begin: async (_user: number, first: Map<number, number>) => {
      client.mark = first.get(conversation);
    },
    move: async (_user: number, _conversation: number, seq: number) => {
      client.mark = Math.max(client.mark ?? 0, seq);
    },
  } as unknown as MysqlOldClientMarks;
  return Object.assign(client, { texts: new PushedTexts(old, store) });
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index + 1);

test('however pushes are lost, doubled and disordered, a client without threads gets each text once, in order', async () => {
  const push = fc.record({ seq: fc.integer({ min: 1, max: 12 }), pause: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(push, { maxLength: 30 }),
      fc.integer({ min: 0, max: 5 }),
      async (pushes, mark) => {
        const client = createClient(new Map([[conversation, mark]]));
        client.variant = 'plain';
        client.stored = upTo(0, Math.max(mark, 3)).map(message);
        const under = [client.texts.catchUp()];
        for (const { seq, pause } of pushes) {
          // What is pushed was committed, and so was what is below it.
          client.stored = upTo(0, Math.max(client.stored.length, seq)).map(message);
          under.push(client.texts.deliver(message(seq)));
          if (pause) await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all(under);
        await client.texts.deliver(message(client.stored.length));
        await new Promise((resolve) => setTimeout(resolve, 0));
        assert.deepEqual(client.pushed, upTo(mark, client.stored.length));
        assert.equal(client.mark, client.stored.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('what went out before a client was known to be without threads is not pushed again', async () => {
  const client = createClient(new Map([[conversation, 2]]));
  client.stored = upTo(0, 5).map(message);
  await client.texts.deliver(message(5));
  client.variant = 'plain';
  await client.texts.catchUp();
  assert.deepEqual(client.pushed, [5, 3, 4]);
  assert.equal(client.mark, 5);
});

test('a client that was never here begins with what no device has received', async () => {
  const client = createClient(undefined, 3);
  client.variant = 'plain';
  client.stored = upTo(0, 5).map(message);
  await client.texts.catchUp();
  assert.deepEqual(client.pushed, [4, 5]);
  assert.equal(client.mark, 5);
});

test('a client with threads is pushed each live text once, however late', async () => {
  const client = createClient(undefined);
  client.variant = 'threads';
  for (const seq of [3, 2, 3, 1, 2]) await client.texts.deliver(message(seq));
  assert.deepEqual(client.pushed, [3, 2, 1]);
  assert.equal(client.mark, undefined, 'it pages by itself');
});
