import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBody, type Message } from '@berth/wire';
import fc from 'fast-check';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import type { Audience, Variant } from './audience.ts';
import { oldIds } from './old-ids.ts';
import { PushedTexts } from './pushed-texts.ts';
import { ToldPeople } from './told-people.ts';
import { WaitingBudget } from './waiting-budget.ts';

const [self, friend, stranger, conversation] = [1, 2, 3, 9];
const profile = { id: friend, name: 'f', nick: 'f', description: '', sex: 0, icon: '' };
const message = (seq: number, sender = friend): Message => ({
  ...{ conversation, seq, sender, cid: `c${seq}`, sentAt: 0, text: `t${seq}` },
});
const seqOf = (text: string) => Number(text.slice(1));

interface Pushed {
  id: number;
  fromuid: number;
  seqs: number[];
  hasArray: boolean;
}

/** An old client with one friend, and what is stored of its one conversation. */
function createClient(
  options: { marks?: Map<number, number>; received?: number; peer?: number; budget?: WaitingBudget } = {},
) {
  const { received = 0, peer = friend, budget = new WaitingBudget() } = options;
  const client = {
    variant: 'unknown' as Variant,
    told: new ToldPeople(),
    stored: [] as Message[],
    pushed: [] as Pushed[],
    mark: options.marks?.get(conversation),
  };
  const answers: Record<string, (body: { after?: number; limit: number }) => object> = {
    conversations: () => ({ conversations: [{ conversation, kind: 'direct', head: client.stored.length }] }),
    mark: () => ({ read: 0, received }),
    profile: () => ({ user: profile, friend: true }),
    sync: ({ after, limit }) => {
      const from = after ?? Math.max(0, client.stored.length - limit);
      const messages = client.stored.slice(from, from + Math.min(limit, 3));
      return { messages, more: from + messages.length < client.stored.length };
    },
  };
  const audience = {
    ...{ user: self, told: client.told, wake: () => {}, peerOf: async () => peer },
    ids: { upTo: async () => (seq: number) => 1_000 + seq },
    get variant() {
      return client.variant;
    },
    ask: async (name: string, body: never) => {
      await new Promise((resolve) => setImmediate(resolve));
      return answers[name]!(body);
    },
  } as unknown as Audience;
  const store = {
    read: async () => options.marks,
    begin: async (_user: number, first: Map<number, number>) => {
      client.mark = first.get(conversation);
    },
    move: async (_user: number, _conversation: number, seq: number) => {
      client.mark = Math.max(client.mark ?? 0, seq);
    },
  } as unknown as MysqlOldClientMarks;
  const texts = new PushedTexts(audience, store, budget);
  /** Writes one frame, or as many as there are. */
  const write = async (frames = Number.POSITIVE_INFINITY) => {
    for (let written = 0; written < frames; written++) {
      const push = await texts.next();
      if (push === undefined) return;
      push.written();
      const body = decodeBody(push.frame.subarray(4)) as {
        fromuid: number;
        text_array?: { content: string }[];
        chat_datas?: { content?: string; msg_content?: string }[];
      };
      assert.ok(body.text_array === undefined || body.chat_datas === undefined);
      const all: { content?: string; msg_content?: string }[] = body.text_array ?? body.chat_datas ?? [];
      client.pushed.push({
        id: (push.frame[0]! << 8) | push.frame[1]!,
        fromuid: body.fromuid,
        seqs: all.map(({ content, msg_content }) => seqOf(content ?? msg_content!)),
        hasArray: body.text_array !== undefined,
      });
    }
  };
  const store1 = (from: Message) => {
    client.stored.push(from);
    texts.deliver(from);
  };
  return Object.assign(client, {
    texts,
    write,
    say: store1,
    seqs: () => client.pushed.flatMap(({ seqs }) => seqs),
  });
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index + 1);

test('however pushes are lost, doubled and disordered, and however slow it is, a client gets each text once, in order', async () => {
  const push = fc.record({ seq: fc.integer({ min: 1, max: 400 }), frames: fc.integer({ min: 0, max: 2 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(push, { maxLength: 30 }),
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 40 }),
      async (pushes, mark, hasThreads, room) => {
        const budget = new WaitingBudget(room);
        const client = createClient({ marks: new Map([[conversation, mark]]), budget });
        client.told.begin([{ id: friend, conversation }]);
        client.variant = hasThreads ? 'threads' : 'plain';
        if (hasThreads) {
          client.texts.listed(
            client.told.list(0).threads.map(({ thread }) => thread),
            false,
          );
          client.texts.paged(conversation, mark, false);
        }
        client.stored = upTo(0, Math.max(mark, 3)).map((seq) => message(seq));
        for (const { seq, frames } of pushes) {
          // What is pushed was committed, and so was what is below it.
          client.stored.push(...upTo(client.stored.length, seq).map((next) => message(next)));
          client.texts.deliver(message(seq));
          await client.write(frames);
        }
        client.texts.deliver(message(client.stored.length));
        await client.write();
        assert.deepEqual(client.seqs(), upTo(mark, client.stored.length));
        assert.equal(budget.waiting, 0);
        if (!hasThreads) assert.equal(client.mark, client.stored.length);
        assert.ok(client.pushed.every(({ hasArray }) => hasArray !== hasThreads));
      },
    ),
    { numRuns: 60 },
  );
});

test('what comes before a client is known to be without threads is pushed with what it missed, in order', async () => {
  const client = createClient({ marks: new Map([[conversation, 2]]) });
  client.told.begin([{ id: friend, conversation }]);
  client.stored = upTo(0, 4).map((seq) => message(seq));
  client.say(message(5));
  await client.write();
  assert.deepEqual(client.pushed, []);
  client.variant = 'plain';
  await client.write();
  assert.deepEqual(client.seqs(), [3, 4, 5]);
  assert.equal(client.mark, 5);
});

test('a client that was never here begins with what no device has received, or with what came since its log-in', async () => {
  for (const received of [3, 5]) {
    const client = createClient({ received });
    client.told.begin([{ id: friend, conversation }]);
    client.stored = upTo(0, 4).map((seq) => message(seq));
    client.say(message(5));
    client.variant = 'plain';
    await client.write();
    assert.deepEqual(client.seqs(), received === 3 ? [4, 5] : [5]);
    assert.equal(client.mark, 5);
  }
});

test('what a user writes elsewhere is shown as the user’s to a client with threads, what it sent itself is not repeated', async () => {
  const client = createClient();
  client.told.begin([{ id: friend, conversation }]);
  client.variant = 'threads';
  client.told.list(0);
  client.texts.sending(conversation, 'c2');
  for (const sender of [friend, self, self, friend]) client.say(message(client.stored.length + 1, sender));
  await client.write();
  assert.deepEqual(
    client.pushed.map(({ fromuid, seqs }) => [fromuid, ...seqs]),
    [
      [friend, 1],
      [self, 3],
      [friend, 4],
    ],
  );
});

test('a client without threads is not pushed what the user writes', async () => {
  const client = createClient({ marks: new Map() });
  client.told.begin([{ id: friend, conversation }]);
  client.variant = 'plain';
  for (const sender of [self, friend, self, friend, self])
    client.say(message(client.stored.length + 1, sender));
  await client.write();
  assert.deepEqual(client.seqs(), [2, 4]);
});

test('texts of a thread wait until the client has paged it', async () => {
  const client = createClient();
  client.told.begin([{ id: friend, conversation }]);
  client.variant = 'threads';
  client.texts.listed(
    client.told.list(0).threads.map(({ thread }) => thread),
    false,
  );
  client.stored = upTo(0, 12).map((seq) => message(seq));
  client.texts.deliver(message(12));
  await client.write();
  client.texts.paged(conversation, 10, true);
  await client.write();
  assert.deepEqual(client.pushed, []);
  client.texts.paged(conversation, 12, false);
  client.say(message(13));
  await client.write();
  assert.deepEqual(client.seqs(), [13]);
});

test('a new friend is introduced with the first messages, and texts follow', async () => {
  const client = createClient();
  client.variant = 'threads';
  client.told.list(0);
  client.stored = [message(1), message(2, self)];
  client.texts.introduce(profile, conversation);
  await client.write();
  client.say(message(3));
  await client.write();
  assert.deepEqual(
    client.pushed.map(({ id, seqs }) => [id, ...seqs]),
    [
      [oldIds.notifyAuthFriend, 1, 2],
      [oldIds.notifyTextChat, 3],
    ],
  );
});

test('nobody is introduced without a message, and nobody whom an answer under way will tell of', async () => {
  const client = createClient();
  client.variant = 'threads';
  client.told.list(0);
  client.texts.introduce(profile, conversation);
  await client.write();
  assert.deepEqual(client.pushed, []);
  client.texts.expect(friend);
  client.say(message(1));
  client.texts.introduce(profile, conversation);
  await client.write();
  assert.deepEqual(client.pushed, []);
  client.texts.arrived(friend, conversation, 1);
  client.say(message(2));
  await client.write();
  assert.deepEqual(client.seqs(), [2]);
});

test('strangers and groups are not pushed', async () => {
  for (const peer of [stranger, undefined]) {
    const client = createClient({ ...(peer && { peer }) });
    client.variant = 'threads';
    client.told.begin([{ id: friend, conversation: conversation + 1 }]);
    client.told.list(0);
    client.say(message(1, stranger));
    await client.write();
    assert.deepEqual(client.pushed, []);
  }
});

test('all old clients together keep no more than may wait, and what is beyond is read again', async () => {
  const budget = new WaitingBudget(1_000);
  const clients = Array.from({ length: 20 }, () => createClient({ budget }));
  for (const client of clients) {
    client.told.begin([{ id: friend, conversation }]);
    client.texts.notify(new Uint8Array(30));
    for (let seq = 1; seq <= 5; seq++) client.say({ ...message(seq), text: `t${seq}`.padEnd(20) });
    assert.ok(budget.waiting <= 1_000);
  }
  assert.ok(budget.waiting > 900);
  const last = clients.at(-1)!;
  last.variant = 'plain';
  await last.write();
  assert.deepEqual(last.seqs().length, 5);
  for (const { texts } of clients) texts.close();
  assert.equal(budget.waiting, 0);
  clients[0]!.say(message(6));
  assert.equal(budget.waiting, 0, 'nothing is kept for who has gone');
});
