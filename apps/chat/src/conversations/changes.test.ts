import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntryKind, Message, Profile } from '@berth/wire';
import fc from 'fast-check';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { edit } from '../handlers/edit.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupMute } from '../handlers/group-mute.ts';
import { groupRole } from '../handlers/group-role.ts';
import { hide } from '../handlers/hide.ts';
import { react } from '../handlers/react.ts';
import { reactions } from '../handlers/reactions.ts';
import { recall } from '../handlers/recall.ts';
import { sync } from '../handlers/sync.ts';
import { versions } from '../handlers/versions.ts';
import { createPeople } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, open, cid, crew, say, seen, rejected } = useCrews();

test('an edit shows in place for everybody, with its time and the versions before', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const target = await say(ann, group, 'helo');
  const name = cid();
  const first = await nodeAt(0).ask(edit, 'edit', ann, {
    conversation: group,
    cid: name,
    target,
    text: 'hello',
  });
  assert.equal(first.seq, target + 1);
  const again = await nodeAt(1).ask(edit, 'edit', ann, {
    conversation: group,
    cid: name,
    target,
    text: 'other',
  });
  assert.deepEqual(again, first);
  await nodeAt(1).ask(edit, 'edit', ann, { conversation: group, cid: cid(), target, text: 'hello!' });
  const [message, one, two] = await seen(bob, group);
  assert.deepEqual([message!.text, message!.changed], ['hello!', target + 2]);
  assert.equal(message!.editedAt, two!.sentAt);
  // Who catches up is told what it says now.
  for (const entry of [one!, two!])
    assert.deepEqual([entry.kind, entry.target, entry.text], ['edited', target, 'hello!']);
  const told = await nodeAt(1).ask(versions, 'versions', bob, { conversation: group, target });
  assert.deepEqual(
    told.versions.map(({ text }) => text),
    ['helo', 'hello'],
  );
  assert.deepEqual(
    told.versions.map(({ at }) => at),
    [message!.sentAt, one!.sentAt],
  );
  const page = await nodeAt(1).ask(versions, 'versions', bob, { conversation: group, target, limit: 1 });
  assert.deepEqual([page.versions.length, page.cursor !== undefined], [1, true]);
});

test('a change is neither unread nor the last line, however many there are', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const target = await say(ann, group, 'last words');
  const listed = async () =>
    (await nodeAt(1).ask(conversationHandler, 'conversation', bob, { conversation: group })).conversation;
  const before = await listed();
  for (let turn = 0; turn < 70; turn++)
    await nodeAt(0).ask(react, 'react', ann, {
      ...{ conversation: group, cid: cid(), target, emoji: '👍', on: turn % 2 === 0 },
    });
  const now = await listed();
  assert.deepEqual([now.unread, now.last!.text, now.last!.sentAt], [1, 'last words', before.last!.sentAt]);
  assert.equal(now.head, target + 70);
});

test('a message that is taken back leaves nothing of what it said', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const target = await say(bob, group, 'the treasure is in bay 7');
  const reply = await say(cat, group, 'really?', target);
  const at = { conversation: group, target };
  await nodeAt(0).ask(edit, 'edit', bob, { ...at, cid: cid(), text: 'the treasure is in bay 9' });
  await nodeAt(0).ask(react, 'react', cat, { ...at, cid: cid(), emoji: '🎉', on: true });
  await rejected(nodeAt(0).ask(recall, 'recall', cat, { ...at, cid: cid() }), 'forbidden');
  const { seq } = await nodeAt(0).ask(recall, 'recall', ann, { ...at, cid: cid() });
  const all = await seen(cat, group);
  assert.deepEqual(all[target - 1], {
    ...{ conversation: group, seq: target, sender: bob.id, cid: all[target - 1]!.cid },
    ...{ sentAt: all[target - 1]!.sentAt, text: '', changed: seq, recalledBy: ann.id },
  });
  assert.equal(all.find((message) => message.seq === reply)!.replyTo, target);
  assert.deepEqual((await nodeAt(0).ask(versions, 'versions', cat, at)).versions, []);
  assert.deepEqual((await nodeAt(0).ask(reactions, 'reactions', cat, at)).reactions, []);
  for (const table of ['messages', 'message_versions']) {
    const rows = await mysql.db.rows<{ text: string }>(
      `SELECT text FROM ${table} WHERE conversation_id = ?`,
      [group],
    );
    assert.ok(!JSON.stringify(rows).includes('treasure'), table);
  }
  await rejected(nodeAt(0).ask(edit, 'edit', bob, { ...at, cid: cid(), text: 'x' }), 'recalled');
  await rejected(
    nodeAt(0).ask(react, 'react', bob, { ...at, cid: cid(), emoji: '👍', on: true }),
    'recalled',
  );
  await rejected(nodeAt(0).ask(recall, 'recall', bob, { ...at, cid: cid() }), 'recalled');
});

test('who reacted is listed, of many by page, and each is told which are theirs', async () => {
  const { people, group } = await crew(12);
  const [ann] = people as [Profile];
  const target = await say(ann, group, 'ayes?');
  const at = { conversation: group, target };
  const give = (who: Profile, emoji: string, on = true) =>
    nodeAt(0).ask(react, 'react', who, { ...at, cid: cid(), emoji, on });
  for (const who of people) await give(who, '👍');
  assert.deepEqual(await give(ann, '👍'), { conversation: group, seq: 0, count: 12 });
  await give(ann, '🎉');
  const of = async (who: Profile) => (await seen(who, group))[target - 1]!.reactions!;
  const [thumbs, party] = await of(people[11]!);
  assert.deepEqual([thumbs!.count, thumbs!.users.length, thumbs!.mine], [12, 8, true]);
  assert.deepEqual([party!.count, party!.users, party!.mine], [1, [ann.id], undefined]);
  assert.equal((await of(ann))[0]!.mine, undefined);
  const told: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(reactions, 'reactions', ann, {
      ...at,
      limit: 5,
      ...(cursor && { cursor }),
    });
    told.push(...page.reactions.map(({ emoji, user }) => `${emoji}${user.id}`));
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  assert.deepEqual([told.length, new Set(told).size], [13, 13]);
  for (const who of people.slice(0, 4)) await give(who, '👍', false);
  await give(ann, '🎉', false);
  const left = await of(ann);
  assert.deepEqual([left.length, left[0]!.count, left[0]!.users.length], [1, 8, 8]);
});

test('what a node remembers of a message does it no good once anything has happened in its conversation', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const target = await say(ann, group, 'one');
  const other = await say(ann, group, 'other');
  const at = () => ({ conversation: group, target, cid: cid() });
  const give = (node: number, who: Profile, emoji: string, on: boolean) =>
    nodeAt(node).ask(react, 'react', who, { ...at(), emoji, on });
  const change = (node: number, text: string) => nodeAt(node).ask(edit, 'edit', ann, { ...at(), text });
  await give(0, ann, '👍', true);
  await give(0, bob, '👍', true);
  await give(1, ann, '👍', false);
  assert.equal((await give(0, ann, '🎉', true)).count, 1);
  await change(0, 'two');
  await change(1, 'three');
  await say(bob, group, 'between');
  await change(0, 'four');
  await nodeAt(0).ask(react, 'react', bob, { ...at(), target: other, emoji: '👍', on: true });
  await change(0, 'five');
  // What is so already is told by what is there, not by what is remembered.
  assert.deepEqual(await give(0, bob, '👍', true), { conversation: group, seq: 0, count: 1 });
  await give(1, bob, '👍', false);
  assert.deepEqual(await give(0, bob, '👍', false), { conversation: group, seq: 0, count: 0 });
  await nodeAt(1).ask(recall, 'recall', ann, { ...at(), target: other });
  await rejected(
    nodeAt(0).ask(react, 'react', bob, { ...at(), target: other, emoji: '🎉', on: true }),
    'recalled',
  );
  await nodeAt(0).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 60_000 });
  await rejected(give(0, bob, '🎉', true), 'muted');
  await rejected(give(1, bob, '🎉', true), 'muted');
  const [message] = await seen(bob, group);
  assert.deepEqual(
    [message!.text, message!.reactions],
    ['five', [{ emoji: '🎉', count: 1, users: [ann.id] }]],
  );
  const { versions: said } = await nodeAt(1).ask(versions, 'versions', bob, { conversation: group, target });
  assert.deepEqual(
    said.map(({ text }) => text),
    ['one', 'two', 'three', 'four'],
  );
});

test('what may not be changed has one clear code each', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const target = await say(bob, group, 'mine');
  const at = { conversation: group, target };
  const change = (who: Profile, more: object = {}) =>
    nodeAt(0).ask(edit, 'edit', who, { ...at, cid: cid(), text: 'x', ...more });
  await rejected(change(ann), 'forbidden');
  await rejected(change(eve), 'not_member');
  await rejected(change(bob, { target: target + 99 }), 'not_found');
  await rejected(change(bob, { text: 'x'.repeat(20_000) }), 'too_large');
  await rejected(change(bob, { text: '\ud800' }), 'bad_request');
  for (const emoji of ['🎉'.repeat(10_000), 'no', '👍👍', '', '\ud83d'])
    assert.throws(
      () => nodeAt(0).ask(react, 'react', cat, { ...at, cid: cid(), emoji, on: true }),
      emoji.slice(0, 9),
    );
  const many = '😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓';
  for (const emoji of many) await nodeAt(0).ask(react, 'react', cat, { ...at, cid: cid(), emoji, on: true });
  const more = { ...at, cid: cid(), emoji: '🎉', on: true };
  await rejected(nodeAt(0).ask(react, 'react', bob, more), 'limit_reached');
  const name = cid();
  await change(bob, { cid: name });
  await rejected(nodeAt(0).ask(recall, 'recall', bob, { ...at, cid: name }), 'conflict');
  await nodeAt(0).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 60_000 });
  await rejected(change(bob), 'muted');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  await rejected(change(bob), 'not_member');
  await rejected(nodeAt(0).ask(recall, 'recall', bob, { ...at, cid: cid() }), 'not_member');
  // The entry that a change is, is no message.
  await rejected(change(cat, { target: target + 1 }), 'not_found');
});

test('what is one’s own may be changed for a while, and what an admin takes back has no time', async () => {
  const short = open({
    messageChanges: { editMs: 0, recallMs: 0, keepsVersions: false },
  });
  const unkept = open({
    messageChanges: { editMs: 9e6, recallMs: 9e6, keepsVersions: false },
  });
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const at = { conversation: group, target: await say(bob, group, 'late') };
  await rejected(short.ask(edit, 'edit', bob, { ...at, cid: cid(), text: 'x' }), 'too_late');
  await rejected(short.ask(recall, 'recall', bob, { ...at, cid: cid() }), 'too_late');
  await unkept.ask(edit, 'edit', bob, { ...at, cid: cid(), text: 'unkept' });
  assert.deepEqual((await unkept.ask(versions, 'versions', ann, at)).versions, []);
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await short.ask(recall, 'recall', bob, { ...at, cid: cid() });
});

test('a client that does not know how messages change is told a line of what was edited', async () => {
  const old = open();
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const target = await say(ann, group, 'helo');
  const gone = await say(ann, group, 'oops');
  await nodeAt(0).ask(edit, 'edit', ann, { conversation: group, cid: cid(), target, text: 'hello' });
  await nodeAt(0).ask(react, 'react', bob, {
    conversation: group,
    cid: cid(),
    target,
    emoji: '👍',
    on: true,
  });
  await nodeAt(0).ask(recall, 'recall', ann, { conversation: group, cid: cid(), target: gone });
  const { messages, head } = await old.ask(sync, 'sync', bob, { conversation: group, after: 0 });
  assert.deepEqual(
    messages.map(({ seq, text, replyTo, kind }) => [seq, text, replyTo, kind]),
    [
      [target, 'hello', undefined, undefined],
      [gone, 'This message was recalled.', undefined, undefined],
      [gone + 1, '✎ hello', target, undefined],
    ],
  );
  assert.equal(head, gone + 3);
  const { conversation } = await old.ask(conversationHandler, 'conversation', bob, { conversation: group });
  assert.equal(conversation.last!.text, 'This message was recalled.');
});

test('what one has deleted for oneself is told to nobody but everybody else', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const [first, last] = [await say(ann, group, 'first'), await say(ann, group, 'last')];
  const wish = { conversation: group, seqs: [last] };
  await nodeAt(0).ask(hide, 'hide', bob, wish);
  await nodeAt(1).ask(hide, 'hide', bob, wish);
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  await rejected(nodeAt(0).ask(hide, 'hide', eve, wish), 'not_member');
  await rejected(nodeAt(0).ask(hide, 'hide', bob, { ...wish, seqs: [last + 9] }), 'not_found');
  const texts = async (who: Profile) => (await seen(who, group)).map(({ text }) => text);
  assert.deepEqual([await texts(bob), await texts(ann)], [['first'], ['first', 'last']]);
  const listed = async (who: Profile) =>
    (await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation: group })).conversation;
  assert.deepEqual([(await listed(bob)).last!.seq, (await listed(bob)).hiddenMessages], [first, 1]);
  assert.deepEqual([(await listed(ann)).last!.seq, (await listed(ann)).hiddenMessages], [last, undefined]);
});

/** What anybody sees of a conversation: its messages as they are told, or folded of the entries one after the other. */
type View = Map<number, { text: string; recalled: boolean; reactions: Record<string, number> }>;

function fold(messages: readonly Message[]): View {
  const view: View = new Map();
  const kinds: (EntryKind | undefined)[] = ['edited', 'recalled', 'reacted'];
  for (const entry of messages) {
    if (entry.kind === undefined) view.set(entry.seq, { text: '', recalled: false, reactions: {} });
    if (!kinds.includes(entry.kind)) continue;
    const target = view.get(entry.target!)!;
    if (entry.kind === 'edited') target.text = entry.text;
    else if (entry.kind === 'recalled') Object.assign(target, { text: '', recalled: true, reactions: {} });
    else {
      target.reactions[entry.emoji!] = entry.count!;
      if (entry.count === 0) delete target.reactions[entry.emoji!];
    }
  }
  return view;
}

test('edits, recalls and reactions of three nodes in any order fold to what everybody reads', async () => {
  const emojis = ['👍', '🎉'];
  const step = fc.record({
    node: fc.nat(2),
    who: fc.nat(2),
    target: fc.nat(2),
    act: fc.oneof(
      { weight: 3, arbitrary: fc.constant('edit') },
      { weight: 1, arbitrary: fc.constant('recall') },
      { weight: 6, arbitrary: fc.constantFrom('on', 'off') },
    ),
    emoji: fc.nat(1),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 3 }), async (rounds) => {
      const { people, group } = await crew(3);
      const targets: number[] = [];
      for (const who of people) targets.push(await say(who, group, 'first'));
      const live: Message[] = [];
      for (const steps of rounds) {
        await Promise.all(
          steps.map(async ({ node, who, target, act, emoji }, index) => {
            const at = { conversation: group, target: targets[target]!, cid: cid() };
            const own = people[target]!;
            const by = people[who]!;
            const done =
              act === 'edit'
                ? nodeAt(node).ask(edit, 'edit', own, { ...at, text: `text ${index}` })
                : act === 'recall'
                  ? nodeAt(node).ask(recall, 'recall', own, at)
                  : nodeAt(node).ask(react, 'react', by, { ...at, emoji: emojis[emoji]!, on: act === 'on' });
            await done.catch((error) => assert.equal(error.code, 'recalled'));
          }),
        );
      }
      for (const node of [0, 1, 2]) live.push(...nodeAt(node).publisher.messages(group));
      const told = await seen(people[0]!, group, 2);
      const read = new Map(
        told
          .filter(({ kind }) => kind === undefined)
          .map(({ seq, text, recalledBy, reactions: all = [] }) => [
            seq,
            {
              text,
              recalled: recalledBy !== undefined,
              reactions: Object.fromEntries(all.map(({ emoji, count }) => [emoji, count])),
            },
          ]),
      );
      live.sort((a, b) => a.seq - b.seq);
      assert.deepEqual(
        live.map(({ seq }) => seq),
        told.map(({ seq }) => seq),
      );
      for (const entries of [live, told]) {
        const folded = fold(entries);
        for (const [seq, one] of folded) {
          if (one.text === '' && !one.recalled) one.text = 'first';
          assert.deepEqual(one, read.get(seq), JSON.stringify(entries));
        }
      }
      const rows = await mysql.db.rows<{ target_seq: number; n: number }>(
        'SELECT target_seq, COUNT(*) AS n FROM reactions WHERE conversation_id = ? GROUP BY target_seq',
        [group],
      );
      for (const [seq, { reactions: counts }] of read)
        assert.equal(
          rows.find(({ target_seq }) => target_seq === seq)?.n ?? 0,
          Object.values(counts).reduce((sum, count) => sum + count, 0),
        );
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
