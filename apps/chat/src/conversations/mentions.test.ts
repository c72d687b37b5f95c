import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConversationSummary, everybody, limits, type Mention, type Profile } from '@berth/wire';
import { quickSend } from '@berth/wire/quick-send';
import { requestSchemas } from '@berth/wire/requests';
import fc from 'fast-check';
import { block } from '../handlers/block.ts';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { conversations } from '../handlers/conversations.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { edit } from '../handlers/edit.ts';
import { groupRemove } from '../handlers/group-remove.ts';
import { groupRole } from '../handlers/group-role.ts';
import { hide } from '../handlers/hide.ts';
import { mark } from '../handlers/mark.ts';
import { react } from '../handlers/react.ts';
import { recall } from '../handlers/recall.ts';
import { send } from '../handlers/send.ts';
import { createPeople } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, cid, crew, seen } = useCrews();

/** `@one @two …`, each meant by its words. */
function calling(...users: number[]): { text: string; mentions: Mention[] } {
  let text = '';
  const mentions = users.map((user) => {
    const words = user === everybody ? '@all' : `@u${user}`;
    const at = text.length;
    text += `${words} `;
    return { user, at, length: words.length };
  });
  return { text: `${text}look`, mentions };
}

const say = async (
  who: Profile,
  conversation: number,
  body: { text: string; mentions?: Mention[] },
  at = 0,
) => (await nodeAt(at).ask(send, 'send', who, { conversation, cid: cid(), ...body })).seq;

const listed = async (who: Profile, conversation: number): Promise<ConversationSummary> =>
  (await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation })).conversation;

const rejected = (promise: Promise<unknown>, code: string) => assert.rejects(promise, { code });

test('a mention is told with the message, live and later, and counts for whom it means until they have read it', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const said = calling(bob.id);
  const first = await say(ann, group, said);
  const pushed = nodeAt(0).publisher.messages(group).at(-1)!;
  assert.deepEqual([pushed.text, pushed.mentions], [said.text, said.mentions]);
  assert.deepEqual((await seen(cat, group)).at(-1)!.mentions, said.mentions);
  await say(ann, group, { text: 'nobody is meant' });
  // An admin's everybody is everybody else.
  const second = await say(ann, group, calling(everybody));
  assert.deepEqual((await listed(bob, group)).mentions, [first, second]);
  assert.deepEqual((await listed(cat, group)).mentions, [second]);
  assert.equal((await listed(ann, group)).mentions, undefined);
  const page = await nodeAt(0).ask(conversations, 'conversations', bob, {});
  assert.deepEqual(page.conversations.find(({ conversation }) => conversation === group)!.mentions, [
    first,
    second,
  ]);
  await nodeAt(1).ask(mark, 'mark', bob, { conversation: group, read: first });
  assert.deepEqual((await listed(bob, group)).mentions, [second]);
  await nodeAt(1).ask(mark, 'mark', bob, { conversation: group, read: second });
  assert.equal((await listed(bob, group)).mentions, undefined);
});

test('a resent message has its mentions once, and keeps them', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const wish = { conversation: group, cid: cid(), ...calling(bob.id) };
  const { seq } = await nodeAt(0).ask(send, 'send', ann, wish);
  const again = await nodeAt(1).ask(send, 'send', ann, { ...wish, resent: true });
  assert.equal(again.seq, seq);
  assert.deepEqual(nodeAt(1).publisher.messages(group).at(-1)!.mentions, wish.mentions);
  assert.deepEqual((await listed(bob, group)).mentions, [seq]);
});

test('an edit mentions whom its new words mean, a reaction changes nothing of it, a recall means nobody', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const target = await say(ann, group, calling(bob.id));
  const at = { conversation: group, target };
  const meant = async () =>
    Promise.all([bob, cat].map(async (one) => (await listed(one, group)).mentions?.length ?? 0));
  assert.deepEqual(await meant(), [1, 0]);
  const other = calling(cat.id, everybody);
  await nodeAt(1).ask(edit, 'edit', ann, { ...at, cid: cid(), ...other });
  assert.deepEqual(await meant(), [1, 1]);
  const entry = nodeAt(1).publisher.messages(group).at(-1)!;
  assert.deepEqual([entry.kind, entry.mentions], ['edited', other.mentions]);
  await nodeAt(0).ask(react, 'react', bob, { ...at, cid: cid(), emoji: '👍', on: true });
  const page = await seen(bob, group);
  const message = page.find(({ seq }) => seq === target)!;
  assert.deepEqual([message.mentions, message.reactions?.length], [other.mentions, 1]);
  assert.deepEqual(page.find(({ kind }) => kind === 'edited')!.mentions, other.mentions);
  await nodeAt(0).ask(edit, 'edit', ann, { ...at, cid: cid(), text: 'never mind' });
  assert.deepEqual(await meant(), [0, 0]);
  assert.equal((await seen(bob, group)).find(({ seq }) => seq === target)!.mentions, undefined);
  await nodeAt(0).ask(edit, 'edit', ann, { ...at, cid: cid(), ...calling(bob.id) });
  await nodeAt(0).ask(recall, 'recall', ann, { ...at, cid: cid() });
  assert.deepEqual(await meant(), [0, 0]);
  assert.equal((await seen(bob, group)).find(({ seq }) => seq === target)!.mentions, undefined);
});

test('everybody is for admins of a group to call: a member is refused with one code, when sending and when editing', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  await rejected(say(bob, group, calling(everybody)), 'forbidden');
  const target = await say(bob, group, { text: 'quiet' });
  const change = { conversation: group, target, cid: cid(), ...calling(everybody) };
  await rejected(nodeAt(0).ask(edit, 'edit', bob, change), 'forbidden');
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await say(bob, group, calling(everybody), 1);
  const { conversation: direct } = (await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id }))
    .conversation;
  await rejected(say(ann, direct, calling(everybody)), 'forbidden');
});

test('strangers, former members and those who are blocked mention nobody, and nobody is told of what is not theirs', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const [stranger] = (await createPeople(mysql.db, 1)) as [Profile];
  await rejected(say(stranger, group, calling(ann.id)), 'not_member');
  const before = await say(ann, group, calling(cat.id));
  await nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: cat.id });
  await rejected(say(cat, group, calling(ann.id)), 'not_member');
  const own = await say(ann, group, calling(cat.id, stranger.id, bob.id));
  // What one may see no more does not count.
  assert.deepEqual((await listed(cat, group)).mentions, [before]);
  assert.deepEqual((await listed(bob, group)).mentions, [own]);
  await rejected(listed(stranger, group), 'not_member');
  const { conversation: direct } = (await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id }))
    .conversation;
  await say(ann, direct, calling(bob.id));
  await nodeAt(0).ask(block, 'block', bob, { user: ann.id });
  await rejected(say(ann, direct, calling(bob.id)), 'blocked');
});

test('what one has deleted for oneself mentions one no more', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const [first, second] = [await say(ann, group, calling(bob.id)), await say(ann, group, calling(bob.id))];
  await nodeAt(0).ask(hide, 'hide', bob, { conversation: group, seqs: [first] });
  assert.deepEqual((await listed(bob, group)).mentions, [second]);
});

test('ranges are words of the text, in their order: anything else is a bad request', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const user = bob.id;
  const refused: Mention[][] = [
    [],
    [{ user, at: 0, length: 0 }],
    [{ user, at: 3, length: 4 }],
    [{ user, at: -1, length: 2 }],
    [{ user: -1, at: 0, length: 2 }],
    [{ user: 0.5, at: 0, length: 2 }],
    // In the middle of the anchor's two units.
    [{ user, at: 0, length: 5 }],
    [
      { user, at: 2, length: 2 },
      { user, at: 0, length: 2 },
    ],
    [
      { user, at: 0, length: 2 },
      { user, at: 1, length: 2 },
    ],
    Array.from({ length: limits.maxMentions + 1 }, () => ({ user, at: 0, length: 1 })),
  ];
  const { send: sent, edit: edited } = requestSchemas;
  for (const mentions of refused) {
    const words = { req: 1, conversation: group, cid: 'c', text: 'abcd🛟', mentions };
    assert.ok(!sent.safeParse(words).success, JSON.stringify(mentions));
    assert.ok(!quickSend.safeParse(words).success);
    assert.ok(!edited.safeParse({ ...words, target: 1 }).success);
  }
  const last = { text: 'abcd🛟', mentions: [{ user, at: 4, length: 2 }] };
  await say(ann, group, last);
  assert.deepEqual((await seen(bob, group)).at(-1)!.mentions, last.mentions);
});

test('of many unread mentions the oldest are told', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const sent: number[] = [];
  for (let index = 0; index < limits.maxToldMentions + 3; index++)
    sent.push(await say(ann, group, calling(bob.id)));
  assert.deepEqual((await listed(bob, group)).mentions, sent.slice(0, limits.maxToldMentions));
  await nodeAt(1).ask(mark, 'mark', bob, { conversation: group, read: sent[4]! });
  assert.deepEqual((await listed(bob, group)).mentions, sent.slice(5));
});

test('whatever is sent, edited, recalled and read from two nodes: what is told is the fold of it', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const step = fc.record({
    act: fc.constantFrom('send', 'edit', 'recall', 'read'),
    users: fc.subarray([bob.id, cat.id, everybody]),
    which: fc.nat(),
    node: fc.integer({ min: 0, max: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const meant = new Map<number, number[]>();
      let read = (await listed(bob, group)).head;
      await nodeAt(0).ask(mark, 'mark', bob, { conversation: group, read });
      for (const { act, users, which, node } of steps) {
        const words = users.length === 0 ? { text: 'nobody' } : calling(...users);
        const seqs = [...meant.keys()];
        if (act === 'send' || seqs.length === 0) {
          meant.set(await say(ann, group, words, node), users);
          continue;
        }
        const target = seqs[which % seqs.length]!;
        const change = { conversation: group, target, cid: cid() };
        if (act === 'edit') {
          await nodeAt(node).ask(edit, 'edit', ann, { ...change, ...words });
          meant.set(target, users);
        } else if (act === 'recall') {
          await nodeAt(node).ask(recall, 'recall', ann, change);
          meant.delete(target);
        } else {
          await nodeAt(node).ask(mark, 'mark', bob, { conversation: group, read: target });
          read = Math.max(read, target);
        }
      }
      const expected = [...meant]
        .filter(([seq, users]) => seq > read && (users.includes(bob.id) || users.includes(everybody)))
        .map(([seq]) => seq)
        .sort((one, other) => one - other);
      assert.deepEqual((await listed(bob, group)).mentions ?? [], expected);
      for (const message of await seen(cat, group)) {
        const users = meant.get(message.seq);
        if (users !== undefined)
          assert.deepEqual(
            (message.mentions ?? []).map(({ user }) => user),
            users,
          );
      }
    }),
    { numRuns: 12 },
  );
});
